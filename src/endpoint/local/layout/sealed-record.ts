import { blake3 } from '@napi-rs/blake-hash';
import { DmError } from '../../../model/error.js';

const LINE_END = '\n';

/** A record as a file: the JSON and, on a line of its own, the digest of its bytes. */
export function sealRecord(json: string): string {
  return `${json}${LINE_END}${digestOf(json)}${LINE_END}`;
}

/**
 * The JSON of such a file, or of one that has a first line only, as an earlier release wrote them.
 * Throws `corrupt` when the bytes are not those that were written.
 */
export function openRecord(file: string, what: string): string {
  const end = file.indexOf(LINE_END);
  if (end === -1) return file;
  const json = file.slice(0, end);
  if (file.slice(end) !== `${LINE_END}${digestOf(json)}${LINE_END}`) {
    throw new DmError(
      'corrupt',
      `${what} is not what was written; restore it or remove what it describes`,
    );
  }
  return json;
}

function digestOf(json: string): string {
  return blake3(Buffer.from(json)).toString('hex');
}

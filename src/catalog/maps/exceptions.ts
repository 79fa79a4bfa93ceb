import { BinaryReader } from '../../util/binary.js';
import { corruptRecord, freshWriter } from './codec.js';

/** What a dataset lacks of one inode, and why. */
export interface ExceptionRecord {
  /** A code of model/error-codes.ts, perhaps of a newer release. */
  readonly code: string;
  /** For people; may hold file names, hence bytes. */
  readonly message: Uint8Array;
}

const fail = corruptRecord('exceptions');

export function encodeException(record: ExceptionRecord): Buffer {
  return freshWriter().text(record.code).bytes(record.message).take();
}

export function decodeException(value: Uint8Array): ExceptionRecord {
  const reader = new BinaryReader(value, fail);
  const code = reader.text();
  return { code, message: reader.bytes(reader.remaining) };
}

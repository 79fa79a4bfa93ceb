import { DmError } from '../../model/error.js';
import type { ErrorCode } from '../../model/error-codes.js';
import { escapePath } from '../../util/escape.js';
import { bytesFields } from '../format/bytes-fields.js';
import { columns } from '../format/columns.js';
import { oneLine } from '../format/error-line.js';
import { displayWidth, padText } from '../format/text.js';

/** Width of the first column to begin with, and by what it grows for longer paths. */
const LABEL_WIDTH = 17;
const GROWTH = 8;

/** Why an entry is not here, or not as it was. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What became of one entry of a download. A directory that lacks something is told of once more, at its end. */
export interface Brought {
  /** Its path below what was asked for, as it is printed. */
  readonly label: string;
  /** Its path below the base path of the dataset. */
  readonly path: Buffer;
  readonly type: string;
  readonly destination: Buffer;
  /** `incomplete`: it is there, but without something; `failed`: it is not there, or not all that is below it. */
  readonly result: 'done' | 'incomplete' | 'skipped' | 'failed';
  readonly failures: readonly Failure[];
}

/** What the whole download suffers from: no other entry would fare better. */
const ENDS_ALL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'cancelled',
  'internal',
  'usage',
  'agent_unreachable',
  'peer_untrusted',
  'peer_key_mismatch',
  'store_refused',
  'encryption_key',
  'dataset_untrusted',
  'protocol_error',
  'no_space',
  'quota_exceeded',
]);

/** What is wrong with one entry only; anything else is thrown on. */
export function failureOfEntry(error: unknown): Failure {
  if (!(error instanceof DmError) || error.transient || ENDS_ALL.has(error.code)) throw error;
  return { code: error.code, message: error.message };
}

/** The lines that people read. Their first column is as wide as the longest path so far needs it. */
export class BroughtLines {
  #width = LABEL_WIDTH;

  *of({ label, type, destination, result, failures }: Brought): Generator<string> {
    const path = type === 'dir' ? `${label}/` : label;
    while (this.#width < displayWidth(path)) this.#width += GROWTH;
    const start = padText(path, this.#width);
    if (result === 'skipped') yield `${start} skipped [${type}]`;
    if (result === 'done')
      yield `${start} -> ${escapePath(destination)}${type === 'dir' ? '/' : ''}`;
    if (result === 'incomplete' && type !== 'dir') yield `${start} -> ${escapePath(destination)}`;
    for (const { code, message } of failures) {
      yield `${start} ${result === 'failed' ? `failed: ${code}: ` : ''}${oneLine(message)}`;
    }
  }
}

/** The fields of `broughtRow` for CSV. */
export const BROUGHT_COLUMNS = columns(
  {},
  'path',
  'path_base64',
  'type',
  'destination',
  'destination_base64',
  'result',
  'code',
  'message',
);

/** What programs read. */
export function broughtRow({ path, type, destination, result, failures }: Brought): object {
  return {
    ...bytesFields('path', path),
    type,
    ...bytesFields('destination', destination),
    result,
    code: failures[0]?.code ?? '',
    message: failures.map(({ message }) => message).join('; '),
  };
}

/** Counts what did not come as it was. */
export class Tally {
  readonly #forSpecials: string;
  #failed = 0;
  #existing = 0;
  #incomplete = 0;
  #skipped = 0;
  #lacks: string | null = null;

  constructor({ forSpecials }: { forSpecials: string }) {
    this.#forSpecials = forSpecials;
  }

  add({ result, failures }: Brought): void {
    if (result === 'incomplete') this.#incomplete++;
    if (result === 'skipped') this.#skipped++;
    if (result !== 'failed') return;
    this.#failed++;
    if (failures.some(({ code }) => code === 'already_exists')) this.#existing++;
  }

  /** The dataset has no such entries; `count` is 0 or below when it does not say how many. */
  datasetLacks(count: number): void {
    this.#lacks = count > 0 ? entries(count) : 'some entries';
  }

  /** Null when everything came as it was; else `partial`, with how much did not and what to do. */
  outcome(): DmError | null {
    const parts: string[] = [];
    if (this.#failed > 0) parts.push(`${entries(this.#failed)} failed, which the lines above name`);
    if (this.#incomplete > 0) {
      parts.push(
        `${entries(this.#incomplete)} came without something, as the lines above say; what could not be set needs root, and a file system that holds it`,
      );
    }
    if (this.#skipped > 0) {
      parts.push(`${entries(this.#skipped)} of special types skipped; ${this.#forSpecials}`);
    }
    if (this.#lacks !== null) {
      parts.push(
        `the dataset itself lacks ${this.#lacks} of its source (COMPLETE_PARTIAL); "dm jobs failures" of the job that made it names them, and a later dataset may have them`,
      );
    }
    if (this.#existing > 0) parts.push('give --force to replace what is there');
    if (parts.length === 0) return null;
    return new DmError('partial', parts.join('; '));
  }
}

function entries(count: number): string {
  return `${count} ${count === 1 ? 'entry' : 'entries'}`;
}

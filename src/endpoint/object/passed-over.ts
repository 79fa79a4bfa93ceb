import type { ListingWarning } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';

/** What makes one backup or dataset unusable, and says nothing of the others of its store. */
const OF_ONE: ReadonlySet<string> = new Set(['encryption_key', 'corrupt', 'state_version']);

/** The error when it concerns only what was looked at; any other is thrown again. */
export function ofOneOnly(error: unknown): DmError {
  if (error instanceof DmError && OF_ONE.has(error.code)) return error;
  throw error;
}

/** Keeps to the log what was passed over in one store: each thing once. */
export class PassedOver {
  readonly #store: string;
  readonly #log: { warn(fields: object, message: string): void };
  readonly #told = new Set<string>();

  /** `store`: its URI. */
  constructor(
    store: string,
    { log }: { readonly log: { warn(fields: object, message: string): void } },
  ) {
    this.#store = store;
    this.#log = log;
  }

  tell({ code, message }: ListingWarning): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#log.warn({ store: this.#store, code }, message);
  }
}

import type { VerifyMessage } from './verify-input.js';

const PROGRESS_BYTES = 64n * 1024n * 1024n;
const PROGRESS_FILES = 1000;

/** Counts what a verification has read and found, and tells it now and then. */
export class VerifyReport {
  readonly #emit: (message: VerifyMessage) => Promise<void>;
  #toldFiles = 0;
  #toldBytes = 0n;
  files = 0;
  bytes = 0n;
  bad = 0;

  constructor(emit: (message: VerifyMessage) => Promise<void>) {
    this.#emit = emit;
  }

  async fault(path: Uint8Array, code: string, message: string): Promise<void> {
    this.bad++;
    await this.#emit({ kind: 'bad', path, code, message });
  }

  async progress(): Promise<void> {
    const bytes = this.bytes - this.#toldBytes;
    if (bytes < PROGRESS_BYTES && this.files - this.#toldFiles < PROGRESS_FILES) return;
    this.#toldBytes = this.bytes;
    this.#toldFiles = this.files;
    await this.#emit({ kind: 'progress', files: this.files, bytes: this.bytes });
  }
}

import { asDmError, DmError } from '../../../model/error.js';

/** Uploads that run at the same time, a bounded number of them. After one has failed, nothing more begins. */
export class UploadQueue {
  readonly #parallel: number;
  readonly #running = new Set<Promise<void>>();
  #failure: DmError | null = null;
  #ended = false;

  constructor(options: { parallel: number }) {
    this.#parallel = options.parallel;
  }

  /** Resolves when the upload has begun; fails with what an earlier one failed with, and when no more are to begin. */
  async add(upload: () => Promise<void>): Promise<void> {
    while (this.#failure === null && this.#running.size >= this.#parallel) {
      await Promise.race(this.#running);
    }
    if (this.#failure !== null) throw this.#failure;
    if (this.#ended) throw new DmError('cancelled', 'the uploads of this backup have ended');
    const running = upload()
      .catch((error: unknown) => {
        this.#failure ??= asDmError(error, 'uploading');
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Lets nothing more begin. Resolves when nothing runs any more, whatever became of it. */
  async ended(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#running);
  }

  /** Resolves when nothing runs any more; fails with the first failure. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failure !== null) throw this.#failure;
  }
}

import type { EntryFailure } from '../endpoint/change-stream.js';
import type { CopyObserver, SentBatch } from '../endpoint/copy-task.js';
import type { CommitResult } from '../endpoint/target.js';
import type { JobContext } from '../job/executor.js';
import type { DatasetInfo } from '../model/dataset.js';

/** Turns what a copy tells into the job's progress and statistics. */
export class CopyCounters implements CopyObserver {
  readonly #context: JobContext;
  readonly #wireBytes: () => number;
  readonly #wireBefore: number;
  readonly #totals: { readonly filesTotal: number; readonly bytesTotal: number };
  #phase = '';
  #files = 0;
  #bytes = 0;
  #changedBytes = 0;
  #readBytes = 0;
  #wholeAgain = 0;

  constructor(
    /** Dataset of a first copy, whose totals are known beforehand; null for a difference. */
    options: { baseline: DatasetInfo | null },
    modules: { context: JobContext; wireBytes: () => number },
  ) {
    this.#context = modules.context;
    this.#wireBytes = modules.wireBytes;
    this.#wireBefore = modules.context.job.statistics.bytesSent;
    this.#totals = {
      filesTotal: options.baseline?.entries ?? 0,
      bytesTotal: Number(options.baseline?.bytes ?? 0n),
    };
  }

  phase(name: string): void {
    this.#phase = name;
    this.#report();
  }

  resumed(): void {
    const { progress, statistics } = this.#context.job;
    this.#files = progress.filesDone;
    this.#bytes = progress.bytesDone;
    this.#changedBytes = statistics.bytesChanged;
    this.#readBytes = statistics.bytesRead;
    this.#wholeAgain = statistics.fullCopies;
  }

  sent({ files, bytes, changedBytes, readBytes }: SentBatch): void {
    this.#files += files;
    this.#bytes += bytes;
    this.#changedBytes += changedBytes;
    this.#readBytes += readBytes;
    this.#report();
  }

  /** Batches wait for the wire after they were handed over: its counter goes on. */
  applied(): void {
    this.#report();
  }

  failed(failures: readonly EntryFailure[]): void {
    this.#context.recordFailures(failures);
  }

  wholeAgain(count: number): void {
    this.#wholeAgain += count;
  }

  applying(done: number, total: number): void {
    this.#context.report({
      progress: { phase: this.#phase, filesDone: done, filesTotal: total },
      statistics: { bytesSent: this.#wireBefore + this.#wireBytes() },
    });
  }

  done(result: CommitResult): void {
    const { statistics } = result;
    // After a resumption the target knows better what it has: some was sent twice, or
    // not yet noted when the agent was killed.
    const files = statistics.files || this.#files;
    const bytes = statistics.details.bytesOfFiles || this.#bytes;
    this.#context.report({
      progress: {
        phase: 'done',
        filesDone: files,
        filesTotal: files,
        bytesDone: bytes,
        bytesTotal: bytes,
      },
      statistics: { ...statistics, bytesSent: this.#wireBefore + this.#wireBytes() },
    });
  }

  #report(): void {
    this.#context.report({
      progress: {
        phase: this.#phase,
        filesDone: this.#files,
        bytesDone: this.#bytes,
        ...this.#totals,
      },
      statistics: {
        bytesChanged: this.#changedBytes,
        bytesRead: this.#readBytes,
        fullCopies: this.#wholeAgain,
        bytesSent: this.#wireBefore + this.#wireBytes(),
      },
    });
  }
}

import type { DatasetIdentity } from '../model/dataset.js';
import type { DatasetId, SpkiFingerprint } from '../model/ids.js';
import type { ChangeBatch, EntryFailure } from './change-stream.js';
import type { CommitResult, Offer } from './target.js';

/** What a batch accounted for. */
export type SentBatch = Pick<ChangeBatch, 'files' | 'bytes' | 'changedBytes' | 'readBytes'>;

/** What a copy tells while it runs; called often, must be quick. */
export interface CopyObserver {
  phase(name: string): void;
  /** The stream goes on where an earlier one ended: what that sent counts, too. */
  resumed(): void;
  sent(batch: SentBatch): void;
  /** The target has applied a batch. */
  applied(): void;
  failed(failures: readonly EntryFailure[]): void;
  /** Files that had to be sent whole because their basis was not usable at the target. */
  wholeAgain(count: number): void;
  applying(done: number, total: number): void;
}

/** What a worker may do at a place in somebody else's name, once. */
export type TicketUse =
  | {
      readonly direction: 'read';
      readonly dataset: { readonly id: DatasetId; readonly basePath: Uint8Array };
      readonly subpaths: readonly Uint8Array[];
    }
  | { readonly direction: 'write'; readonly offer: Offer };

/** A place that a worker reaches by itself, with a ticket of that place. */
export interface RemotePlace {
  /** "host:port", tried in this order; with an empty host the asker's. */
  readonly addresses: readonly string[];
  /** Public key that must answer there. */
  readonly peer: SpkiFingerprint;
  readonly ticket: Uint8Array;
}

/** A copy that one agent asks another to carry out. */
export interface CopyTask {
  /** Null is the worker itself, with the asker's rights. */
  readonly source: RemotePlace | null;
  readonly target: RemotePlace | null;
  readonly sourceBasePath: Uint8Array;
  readonly offer: Offer;
  readonly partial: 'allow' | 'fail' | 'complete';
}

/** The dataset of a copy: what travels, and where it lies at the source. */
export type CopiedDataset = DatasetIdentity & { readonly basePath: Uint8Array };

/** Carries out copies for somebody. */
export interface TaskRunner {
  /**
   * Returns what the target's commit did. Safe to call again after any failure, with new
   * tickets: it goes on from what has arrived. `onWire` is told the bytes moved over the wire
   * since the call began, as far as they are known here.
   */
  run(
    task: CopyTask,
    observer: CopyObserver,
    onWire: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<CommitResult>;
}

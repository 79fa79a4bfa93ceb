import type { Gfid } from '../../../model/ids.js';
import type { MaybePromise } from '../../../util/maybe-promise.js';
import type { LaneEvent } from '../../receive/lane-log.js';

/** Where the bytes of one file go, in ascending order. What it returns is for the log, when it resolves. */
export interface FileSink {
  /** Bytes that do not count yet. */
  readonly pending: number;
  /** Takes a copy of the bytes. */
  add(offset: bigint, bytes: Uint8Array): MaybePromise<LaneEvent>[];
  hole(offset: bigint, length: bigint): MaybePromise<LaneEvent>[];
  /** Makes as much as possible of what is pending count. */
  flush(): MaybePromise<LaneEvent>[];
  /** The file is whole, and its bytes are those of its digests. */
  end(): MaybePromise<LaneEvent>[];
  /** Forgets what came of the file. */
  drop(): void;
}

/** Takes the files of one lane, one after the other. */
export interface ContentWriter {
  open(file: { gfid: Gfid; size: bigint; aligned: boolean }): FileSink;
  /** More bytes are on their way than should be: wait for `room`. */
  readonly isCrowded: boolean;
  room(): Promise<void>;
  /** Nothing of a batch may wait for the next. */
  endFrame(): void;
  /** Resolves when nothing that was given to it is on its way any more, whatever became of it. */
  settled(): Promise<void>;
}

import type { Gfid } from '../model/ids.js';

/**
 * The stream that turns a base dataset (or nothing) into a dataset, the same in every direction:
 * a push writes it, a pull reads it. docs/formats.md gives the bytes of a payload.
 *
 * Phases are barriers, in this order:
 * - `structure`: mutations of the entries, inodes, links and side maps, each map's
 *   in ascending key order; lane 0 only. Afterwards the receiver holds the new
 *   catalog and has checked its root digest.
 * - `content`: ranges, holes and leaf digests of every regular file whose version is new, in
 *   disjoint lanes, each in ascending (gfid, offset).
 * - `end`: one empty batch on lane 0: all lanes are complete.
 */
export type ChangePhase = 'structure' | 'content' | 'end';

export interface ChangeBatch {
  readonly phase: ChangePhase;
  readonly lane: number;
  /** Where the lane goes on after this batch; opaque to everyone but the source that made it. */
  readonly token: Uint8Array;
  /**
   * Packed records, about 1 MiB at most; the buffer belongs to the
   * consumer, who may free its memory.
   */
  readonly payload: Uint8Array;
  /**
   * When the payload is a zstd frame: the bytes of the records in it.
   * Absent when they are the payload.
   */
  readonly rawBytes?: number;
  /** Regular files completed in this batch, for progress only. */
  readonly files: number;
  /** File bytes this batch accounts for, for progress only; carried-over bytes count. */
  readonly bytes: number;
  /** Bytes of files that the payload carries. */
  readonly changedBytes: number;
  /**
   * Bytes that the source read of files, or of its store, to make this batch;
   * 0 from an agent that does not tell.
   */
  readonly readBytes: number;
}

/** Where a receiver wants a stream to go on: structure known or not, and one token per lane. */
export interface ResumePoint {
  /** Number of lanes of the interrupted stream; the source must use the same. */
  readonly lanes: number;
  /** True when the receiver holds the whole new catalog. */
  readonly structureDone: boolean;
  /** Token after which each lane goes on; null starts the lane. Length is `lanes`. */
  readonly tokens: readonly (Uint8Array | null)[];
}

/** A file that could not be sent or applied; it stays on the target as it last was. */
export interface EntryFailure {
  readonly gfid: Gfid;
  /** Path below the base path, components joined by "/". */
  readonly path: Uint8Array;
  readonly code: string;
  readonly message: string;
}

export interface Ack {
  readonly lane: number;
  /** Everything up to here is applied: the flow-control point. */
  readonly applied: Uint8Array;
  /** Everything up to here survives a power loss; absent when nothing new is durable. */
  readonly durable?: Uint8Array;
  /** Files whose basis could not be used: the engine asks the source for them whole. */
  readonly needs: readonly Gfid[];
  readonly failures: readonly EntryFailure[];
}

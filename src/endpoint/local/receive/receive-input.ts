import type { Gfid } from '../../../model/ids.js';
import type { ResumePoint } from '../../change-stream.js';
import type { LaneOutcome } from '../../receive/lane-messages.js';
import type { LocalTreeId } from '../layout/local-tree.js';
import type { ReceiveInput } from './workspace.js';

/** Names of the tasks in worker-entry.ts. */
export const RECEIVE_TASKS = {
  resume: 'receive.resume',
  structure: 'receive.structure',
  lane: 'receive.lane',
  drift: 'receive.drift',
  commit: 'receive.commit',
  discard: 'receive.discard',
} as const;

/** A session all of whose staging goes. */
export interface DiscardInput {
  readonly treesPath: string;
  readonly localTree: LocalTreeId;
  readonly session: string;
}

/** Where a session goes on after an interruption. */
export interface ResumeResult {
  /** Null when nothing was received that counts. */
  readonly point: ResumePoint | null;
  /** Bytes of each lane's log that count; the log of the place itself is the last. */
  readonly logs: readonly number[];
  /** Files that were asked for whole and have not come. */
  readonly needs: readonly Gfid[];
}

export interface LaneInput extends ReceiveInput {
  readonly lane: number;
  /** Bytes of the lane's log that count. */
  readonly log: number;
  /** Files sent on request: the tokens of this stream say nothing about where the lane itself stands. */
  readonly onRequest: boolean;
}

/** Told for each batch, in order. */
export interface LaneAck extends LaneOutcome {
  /** Bytes of the log, up to here. */
  readonly log: number;
  /** Bytes of the batch. */
  readonly bytes: number;
}

export interface LaneResult {
  /** Bytes of the log now. */
  readonly log: number;
}

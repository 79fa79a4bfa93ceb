import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseLocalTreeId } from '../../../src/endpoint/local/layout/local-tree.js';
import { TreeDirectory } from '../../../src/endpoint/local/layout/tree-directory.js';
import { flipHasBegun, loadSession } from '../../../src/endpoint/local/receive/session-record.js';
import { readLaneLog } from '../../../src/endpoint/receive/lane-log.js';
import { WINDOW_BYTES } from '../../../src/rpc/windows.js';

const LEAF = 65_536;
/** Of one attempt: handshakes, questions and answers before the stream, and its structure. */
const OVERHEAD = 1_048_576;
/** Headers of records, batches and TLS. */
const FRAMING = 1.01;

/** How far the receiver of a push is. */
export interface Progress {
  /** Bytes of content that are staged or in place; null: all of it. */
  readonly applied: number | null;
  readonly lanes: number;
}

/**
 * Accounts for the bytes of one push. What was on its way when an agent died is sent
 * again: at most a window (the HTTP/2 flow control window, 16 MiB) for each lane.
 * Everything that the receiver had applied by then is not.
 */
export class WireAccount {
  readonly #needed: number;
  readonly #bytes: () => number;
  readonly #begin: number;
  #since: number;
  #applied = 0;
  #resent = 0;

  /**
   * `needed`: bytes of content that the push has to bring; `bytes`: what
   * has gone over the wire, both ways.
   */
  constructor(needed: number, bytes: () => number) {
    this.#needed = needed;
    this.#bytes = bytes;
    this.#begin = bytes();
    this.#since = this.#begin;
  }

  /** Bytes since the push began. */
  get sent(): number {
    return this.#bytes() - this.#begin;
  }

  /** Bytes that were sent for nothing so far. */
  get resent(): number {
    return this.#resent;
  }

  /** An agent died. Throws when more was on its way than may be. */
  killed({ applied, lanes }: Progress): void {
    const sent = this.#take();
    const now = applied ?? this.#needed;
    const lost = sent - (now - this.#applied) * FRAMING - OVERHEAD;
    if (lost > lanes * WINDOW_BYTES) {
      throw new Error(`${lost} bytes were under way in ${lanes} lanes, more than their windows`);
    }
    this.#resent += Math.max(0, lost);
    this.#applied = now;
  }

  /** The push has ended. Throws when it sent what had been applied at the last kill. */
  ended(): void {
    const sent = this.#take();
    const left = this.#needed - this.#applied;
    if (sent > left * FRAMING + OVERHEAD) {
      throw new Error(`${sent} bytes were sent after the last kill, when ${left} were left`);
    }
  }

  #take(): number {
    const now = this.#bytes();
    const sent = now - this.#since;
    this.#since = now;
    return sent;
  }
}

/**
 * What is staged below the data root of a receiver that is not running.
 * `isRecorded`: the dataset has its record.
 */
export function progressOf(root: string, isRecorded: boolean): Progress {
  const trees = join(root, '.datamover/trees');
  for (const id of readdirSync(trees)) {
    const staging = join(trees, id, 'staging');
    if (!existsSync(staging)) continue;
    const directory = new TreeDirectory(trees, parseLocalTreeId(id));
    for (const session of readdirSync(staging)) {
      const record = loadSession(directory, session);
      if (record === null) continue;
      const { lanes, phase } = record;
      if (flipHasBegun(phase) || isRecorded) return { applied: null, lanes };
      // The structure is sent again as a whole until it has come.
      if (phase === 'structure') return { applied: 0, lanes };
      const logs = Array.from(
        { length: lanes },
        (_, lane) => `${staging}/${session}/lane-${lane}.log`,
      );
      return { applied: appliedOf(logs), lanes };
    }
  }
  return { applied: isRecorded ? null : 0, lanes: 1 };
}

/** Leaves that have come, small files by their size. */
function appliedOf(logs: readonly string[]): number {
  const sizes = new Map<bigint, number>();
  const leaves = new Map<bigint, number>();
  for (const log of logs) {
    for (const { event } of readLaneLog(log)) {
      if (event.kind === 'done') sizes.set(event.gfid, Number(event.size));
      if (event.kind !== 'leaves') continue;
      leaves.set(event.gfid, (leaves.get(event.gfid) ?? 0) + event.digests.length * LEAF);
    }
  }
  let sum = 0;
  for (const [gfid, bytes] of leaves) sum += Math.min(bytes, sizes.get(gfid) ?? bytes);
  return sum;
}

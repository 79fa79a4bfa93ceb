import { decodeGfidKey } from '../../src/catalog/maps/gfid-key.js';
import { decodeInode } from '../../src/catalog/maps/inodes.js';
import { PayloadReader, type PayloadRecord } from '../../src/endpoint/change-payload.js';
import type { Ack, ChangeBatch, ResumePoint } from '../../src/endpoint/change-stream.js';
import { rawPayload } from '../../src/endpoint/compression/raw-payload.js';
import type {
  CommitRequest,
  CommitResult,
  Offer,
  ReceiveSession,
  TargetProgress,
  TargetStatistics,
} from '../../src/endpoint/target.js';
import type { DatasetIdentity } from '../../src/model/dataset.js';
import { DmError } from '../../src/model/error.js';
import type { Gfid } from '../../src/model/ids.js';
import type { Inode } from '../../src/model/inode.js';
import { NO_DETAILS } from '../../src/model/transfer-details.js';
import type { MemoryDataset } from './memory-endpoint.js';
import type { MemoryTree } from './memory-tree.js';

export const NOTHING: TargetStatistics = {
  files: 0,
  dirs: 0,
  symlinks: 0,
  hardlinks: 0,
  special: 0,
  deleted: 0,
  moved: 0,
  repaired: 0,
  details: NO_DETAILS,
};

/** What was received for one dataset at one path; outlives its sessions. */
export class MemoryReceive {
  readonly dataset: DatasetIdentity;
  readonly lanes: number;
  readonly inodes: Map<Gfid, Inode>;
  readonly contents: Map<Gfid, Buffer>;
  readonly tokens: (Uint8Array | null)[];
  structureDone = false;
  ended = false;
  #generation = 0;
  #stop: AbortController | null = null;
  #stopped: Promise<void> = Promise.resolve();

  constructor(offer: Offer, head: MemoryTree | null) {
    this.dataset = offer.dataset;
    this.lanes = offer.lanes;
    this.inodes = new Map(head?.inodes);
    this.contents = new Map(head?.contents);
    this.tokens = Array.from({ length: offer.lanes }, () => null);
  }

  get resume(): ResumePoint | null {
    if (!this.structureDone) return null;
    return { lanes: this.lanes, structureDone: true, tokens: [...this.tokens] };
  }

  get generation(): number {
    return this.#generation;
  }

  /** Stops the stream that writes now and waits for it. */
  async supersede(): Promise<void> {
    this.#generation++;
    this.#stop?.abort(superseded());
    await this.#stopped;
  }

  async *write(
    batches: AsyncIterable<ChangeBatch>,
    generation: number,
    signal: AbortSignal,
  ): AsyncGenerator<Ack> {
    if (generation !== this.#generation) throw superseded();
    this.#stop = new AbortController();
    let stopped: () => void = () => undefined;
    this.#stopped = new Promise((resolve) => {
      stopped = resolve;
    });
    const both = AbortSignal.any([signal, this.#stop.signal]);
    try {
      for await (const batch of untilAborted(batches, both)) {
        const needs = this.#apply({ ...batch, payload: await rawPayload(batch) });
        if (batch.phase === 'content') this.tokens[batch.lane] = Buffer.from(batch.token);
        const { lane, token } = batch;
        yield { lane, applied: token, durable: token, needs, failures: [] };
      }
    } finally {
      stopped();
    }
  }

  #apply(batch: ChangeBatch): Gfid[] {
    const needs = new Set<Gfid>();
    const reader = new PayloadReader(batch.payload);
    let map = '';
    let file: Gfid | null = null;
    for (let record = reader.next(); record !== null; record = reader.next()) {
      if (record.kind === 'map') map = record.map;
      else if (record.kind === 'file') file = this.#openFile(record, needs);
      else if (record.kind === 'data' && file !== null) this.#patch(file, record);
      else if (map === 'inodes') this.#mutate(record);
    }
    if (batch.phase === 'structure') this.structureDone = true;
    if (batch.phase === 'end') this.ended = true;
    return [...needs];
  }

  #mutate(record: PayloadRecord): void {
    if (record.kind === 'put') {
      const inode = decodeInode(Buffer.from(record.value));
      this.inodes.set(decodeGfidKey(record.key), inode);
    } else if (record.kind === 'delete') {
      const gfid = decodeGfidKey(record.key);
      this.inodes.delete(gfid);
      this.contents.delete(gfid);
    }
  }

  #openFile(record: PayloadRecord & { kind: 'file' }, needs: Set<Gfid>): Gfid | null {
    const { gfid, basis, continued, size } = record;
    const old = this.contents.get(gfid);
    if (basis !== null && old === undefined) {
      needs.add(gfid);
      return null;
    }
    if (continued) return gfid;
    const content = Buffer.alloc(Number(size));
    if (basis !== null) old?.copy(content);
    this.contents.set(gfid, content);
    return gfid;
  }

  #patch(gfid: Gfid, record: PayloadRecord & { kind: 'data' }): void {
    this.contents.get(gfid)?.set(record.bytes, Number(record.offset));
  }
}

export class MemorySession implements ReceiveSession {
  readonly resume: ResumePoint | null;
  readonly committed: boolean;
  readonly #receive: MemoryReceive;
  readonly #generation: number;
  readonly #place: { commit(tree: MemoryTree): MemoryDataset; drop(): void };
  #done: MemoryDataset | null;

  constructor(
    receive: MemoryReceive,
    done: MemoryDataset | null,
    place: { commit(tree: MemoryTree): MemoryDataset; drop(): void },
  ) {
    this.#receive = receive;
    this.#generation = receive.generation;
    this.#place = place;
    this.#done = done;
    this.resume = receive.resume;
    this.committed = done !== null;
  }

  write(batches: AsyncIterable<ChangeBatch>, signal: AbortSignal): AsyncIterable<Ack> {
    return this.#receive.write(batches, this.#generation, signal);
  }

  async commit(
    request: CommitRequest,
    onProgress: (progress: TargetProgress) => void,
    _signal: AbortSignal,
  ): Promise<CommitResult> {
    const { inodes, contents, ended } = this.#receive;
    if (this.#done === null) {
      if (!ended) throw new DmError('protocol_error', 'the stream has not ended; send the rest');
      if (request.partial === 'fail' && request.failures.length > 0) {
        throw new DmError('partial', `${request.failures.length} entries failed`);
      }
      onProgress({ phase: 'checking', done: 0, total: 2 });
      onProgress({ phase: 'applying', done: 1, total: 2 });
      this.#done = this.#place.commit({ inodes, contents });
      this.#place.drop();
    }
    const statistics = { ...NOTHING, files: contents.size };
    return { dataset: this.#done.info, statistics, failures: [] };
  }

  async abort(_signal: AbortSignal): Promise<void> {
    await this.#receive.supersede();
    this.#place.drop();
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function superseded(): DmError {
  return new DmError('session_superseded', 'a newer session goes on with this target');
}

/** Does not wait for input that never comes once the signal has aborted. */
async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  aborted.catch(() => undefined);
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: it may be waiting itself. What it fails with is of
    // no use to a stream that is over.
    iterator.return?.()?.catch(() => undefined);
  }
}

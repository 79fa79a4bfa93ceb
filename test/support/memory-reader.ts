import { LEAF_BYTES } from '../../src/endpoint/change-payload.js';
import type { ChangeBatch } from '../../src/endpoint/change-stream.js';
import { compressBatch } from '../../src/endpoint/compression/compress-batch.js';
import { PayloadWriter } from '../../src/endpoint/payload-writer.js';
import type {
  Base,
  ChangesRequest,
  DatasetReader,
  DirectoryEntry,
  EntryDetails,
} from '../../src/endpoint/source.js';
import type { DatasetInfo } from '../../src/model/dataset.js';
import { DmError } from '../../src/model/error.js';
import { type Gfid, ROOT_GFID } from '../../src/model/ids.js';
import type { MemoryDataset, MemoryPlace } from './memory-endpoint.js';
import { childrenOf, type MemoryTree, recordsOf } from './memory-tree.js';

/** Small, so that small trees make several pages and batches. */
const PAGE = 3;
const BATCH = 2 * LEAF_BYTES;

/** A lane's batches are always cut alike, so that its token is the number of the batch. */
type Content = Omit<ChangeBatch, 'token'>;

export class MemoryReader implements DatasetReader {
  readonly info: DatasetInfo;
  readonly #tree: MemoryTree;
  readonly #place: MemoryPlace;

  constructor(dataset: MemoryDataset, place: MemoryPlace) {
    this.info = dataset.info;
    this.#tree = dataset.tree;
    this.#place = place;
  }

  async *changes(request: ChangesRequest, signal: AbortSignal): AsyncGenerator<ChangeBatch> {
    for await (const batch of this.#plain(request, signal)) {
      yield await compressBatch(batch, request.compression ?? null);
    }
  }

  async *#plain(request: ChangesRequest, signal: AbortSignal): AsyncGenerator<ChangeBatch> {
    const base = this.#baseTree(request.base);
    const lanes: Content[][] = Array.from({ length: request.lanes }, () => []);
    if (!request.files && !request.resume?.structureDone) {
      signal.throwIfAborted();
      const payload = structure(this.#tree, base);
      yield {
        phase: 'structure',
        lane: 0,
        token: Buffer.from('s'),
        payload,
        files: 0,
        bytes: 0,
        changedBytes: 0,
        readBytes: 0,
      };
    }
    for (const gfid of this.#changedFiles(request, base)) {
      const lane = Number(gfid % BigInt(request.lanes));
      lanes[lane]?.push(...this.#batches(gfid, lane, request.files ? null : base));
    }
    const longest = Math.max(...lanes.map(({ length }) => length));
    for (let number = 0; number < longest; number++) {
      for (const [lane, batches] of lanes.entries()) {
        const batch = batches[number];
        const done = request.resume?.tokens[lane] ?? null;
        if (batch === undefined || (done !== null && number <= numberOf(done))) continue;
        signal.throwIfAborted();
        yield { ...batch, token: Buffer.from(`c${number}`) };
      }
    }
    const payload = new Uint8Array(0);
    yield {
      phase: 'end',
      lane: 0,
      token: Buffer.from('e'),
      payload,
      files: 0,
      bytes: 0,
      changedBytes: 0,
      readBytes: 0,
    };
  }

  async lookup(path: readonly Uint8Array[]): Promise<DirectoryEntry | null> {
    let gfid: Gfid = ROOT_GFID;
    for (const name of path) {
      const child = childrenOf(this.#tree, gfid).find(
        ([, inode]) => Buffer.compare(inode.name, name) === 0,
      );
      if (child === undefined) return null;
      gfid = child[0];
    }
    const inode = this.#inode(gfid);
    return { name: inode.name, gfid, inode };
  }

  async *list(
    dir: Gfid,
    after: Uint8Array | null,
    signal: AbortSignal,
  ): AsyncGenerator<DirectoryEntry[]> {
    const entries = childrenOf(this.#tree, dir)
      .filter(([, { name }]) => after === null || Buffer.compare(name, after) > 0)
      .map(([gfid, inode]) => ({ name: inode.name, gfid, inode }));
    for (let at = 0; at < entries.length; at += PAGE) {
      signal.throwIfAborted();
      yield entries.slice(at, at + PAGE);
    }
  }

  async details(gfid: Gfid): Promise<EntryDetails> {
    const { parent, name } = this.#inode(gfid);
    const side = { atimeNs: -1n, ctimeNs: 1_700_000_000_000_000_001n };
    return { side, names: [{ parent, name }], exception: null };
  }

  async *read(
    file: Gfid,
    offset: bigint,
    length: bigint,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const content = this.#tree.contents.get(file);
    if (content === undefined) throw new DmError('not_found', 'there is no such file');
    const end = offset + length;
    for (let at = offset; at < end && at < BigInt(content.length); at += BigInt(LEAF_BYTES)) {
      signal.throwIfAborted();
      const stop = at + BigInt(LEAF_BYTES) < end ? at + BigInt(LEAF_BYTES) : end;
      yield content.subarray(Number(at), Number(stop));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #inode(gfid: Gfid) {
    const inode = this.#tree.inodes.get(gfid);
    if (inode === undefined) throw new DmError('not_found', 'there is no such entry');
    return inode;
  }

  #baseTree(base: Base | null): MemoryTree | null {
    if (base === null) return null;
    const found = this.#place.datasets.find(
      ({ info }) => info.id === base.id && info.rootDigest === base.rootDigest,
    );
    if (found === undefined) throw new DmError('not_found', 'the base is not held here');
    return found.tree;
  }

  #changedFiles(request: ChangesRequest, base: MemoryTree | null): Gfid[] {
    const wanted = request.files ?? [...this.#tree.contents.keys()];
    return wanted
      .filter(
        (gfid) =>
          request.files || base?.inodes.get(gfid)?.version !== this.#tree.inodes.get(gfid)?.version,
      )
      .sort((a, b) => (a < b ? -1 : 1));
  }

  *#batches(gfid: Gfid, lane: number, base: MemoryTree | null): Iterable<Content> {
    const content = this.#tree.contents.get(gfid) ?? Buffer.alloc(0);
    const { version, size } = this.#inode(gfid);
    const former = base?.inodes.get(gfid);
    const basis = former ? { gfid, version: former.version } : null;
    const old = former ? (base?.contents.get(gfid) ?? Buffer.alloc(0)) : Buffer.alloc(0);
    let at = 0;
    do {
      const payload = new PayloadWriter();
      payload.file({ gfid, version, size, basis, continued: at > 0 });
      const end = Math.min(content.length, at + BATCH);
      for (; at < end; at += LEAF_BYTES) {
        const leaf = content.subarray(at, Math.min(end, at + LEAF_BYTES));
        if (leaf.equals(old.subarray(at, at + leaf.length))) continue;
        payload.data(BigInt(at), leaf.length).set(leaf);
      }
      const last = end === content.length;
      if (last) payload.end();
      yield {
        phase: 'content',
        lane,
        payload: payload.take(),
        files: last ? 1 : 0,
        bytes: 0,
        changedBytes: 0,
        readBytes: 0,
      };
    } while (at < content.length);
  }
}

function structure(tree: MemoryTree, base: MemoryTree | null): Uint8Array {
  const payload = new PayloadWriter();
  for (const map of ['entries', 'inodes'] as const) {
    payload.map(map);
    const former = new Map(
      (base === null ? [] : recordsOf(base, map)).map(([key, value]) => [
        key.toString('hex'),
        value,
      ]),
    );
    const mutations: { key: Buffer; value: Buffer | null }[] = [];
    for (const [key, value] of recordsOf(tree, map)) {
      const name = key.toString('hex');
      if (!former.get(name)?.equals(value)) mutations.push({ key, value });
      former.delete(name);
    }
    for (const name of former.keys())
      mutations.push({ key: Buffer.from(name, 'hex'), value: null });
    mutations.sort((a, b) => Buffer.compare(a.key, b.key));
    for (const { key, value } of mutations) {
      if (value === null) payload.delete(key);
      else payload.put(key, value);
    }
  }
  return payload.take();
}

function numberOf(token: Uint8Array): number {
  return Number(Buffer.from(token).toString().slice(1));
}

import { randomBytes } from 'node:crypto';
import { blake3 } from '@napi-rs/blake-hash';
import { applyMutations } from '../../src/catalog/apply-mutations.js';
import type { MapRoot } from '../../src/catalog/map-root.js';
import { encodeEntryKey, encodeEntryValue } from '../../src/catalog/maps/entries.js';
import { encodeGfidKey } from '../../src/catalog/maps/gfid-key.js';
import { encodeInode } from '../../src/catalog/maps/inodes.js';
import { encodeLinkKey, LINK_VALUE } from '../../src/catalog/maps/links.js';
import { MAPS } from '../../src/catalog/maps/map-params.js';
import { MemoryPageStore } from '../../src/catalog/memory-page-store.js';
import { PageReader } from '../../src/catalog/page-reader.js';
import { rootDigest } from '../../src/catalog/root-digest.js';
import { LEAF_BYTES } from '../../src/endpoint/change-payload.js';
import { PayloadWriter } from '../../src/endpoint/payload-writer.js';
import { type Gfid, ROOT_GFID } from '../../src/model/ids.js';
import type { FileType, Inode } from '../../src/model/inode.js';
import type { Offer } from '../../src/rpc/generated/peer/datamover/v1/Offer.js';
import type { WriteRequest } from '../../src/rpc/generated/peer/datamover/v1/WriteRequest.js';

const VERSION = 7n;

interface Put {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export const gfid = (number: number | bigint): Gfid => BigInt(number) as Gfid;

/** A dataset that no agent would make: every record is put as given, and the root digest fits. */
export class HostileDataset {
  readonly id = randomBytes(16).toString('hex');
  readonly tree: string;
  readonly entries: Put[] = [];
  readonly inodes: Put[] = [];
  readonly links: Put[] = [];

  constructor(tree = randomBytes(16).toString('hex')) {
    this.tree = tree;
    this.inode(ROOT_GFID, 'dir', { name: Buffer.alloc(0), mode: 0o755 });
  }

  inode(id: Gfid, type: FileType, change: Partial<Inode> = {}): this {
    const inode: Inode = {
      type,
      mode: type === 'dir' ? 0o755 : 0o644,
      uid: 0,
      gid: 0,
      userName: '',
      groupName: '',
      rdevMajor: 0,
      rdevMinor: 0,
      size: 0n,
      mtimeNs: 1_000_000_000n,
      btimeNs: 0n,
      flags: 0,
      xattrs: [],
      symlinkTarget: Buffer.alloc(0),
      version: type === 'file' ? VERSION : 0n,
      parent: ROOT_GFID,
      name: Buffer.from(`n${id}`),
      nlink: 1,
      ...change,
    };
    this.inodes.push({ key: encodeGfidKey(id), value: encodeInode(inode) });
    return this;
  }

  entry(parent: Gfid, name: string | Uint8Array, id: Gfid, type: FileType): this {
    const bytes = typeof name === 'string' ? Buffer.from(name) : name;
    this.entries.push({ key: encodeEntryKey(parent, bytes), value: encodeEntryValue(id, type) });
    return this;
  }

  link(id: Gfid, parent: Gfid, name: string): this {
    const key = encodeLinkKey(id, parent, Buffer.from(name));
    this.links.push({ key, value: LINK_VALUE });
    return this;
  }

  /** An inode with its entry. */
  add(
    id: Gfid,
    name: string | Uint8Array,
    type: FileType,
    change: Partial<Inode> & { parent?: Gfid } = {},
  ): this {
    const bytes = typeof name === 'string' ? Buffer.from(name) : name;
    const parent = change.parent ?? ROOT_GFID;
    return this.inode(id, type, { ...change, parent, name: bytes }).entry(parent, bytes, id, type);
  }

  async offer(targetPath: string | Uint8Array, change: Partial<Offer> = {}): Promise<Offer> {
    return {
      dataset: {
        id: this.id,
        tree: this.tree,
        parents: [],
        root_digest: await this.#digest(),
        content_digest: '',
        content_digest_state: 'none',
        name: 'hostile',
        origin_system: 'E1'.repeat(18),
        origin_base_path: Buffer.from('/evil'),
        created_at_ms: 1,
        entries: this.entries.length,
        bytes: '0',
        incarnations: [],
        excludes: [],
      },
      subpaths: [],
      target_path: Buffer.from(targetPath),
      create_dataset: true,
      retention: { period_seconds: 0, reserve: 0 },
      adopt: false,
      reconnect: false,
      on_drift: 'repair',
      lanes: 1,
      ...change,
    };
  }

  structure(): WriteRequest {
    const writer = new PayloadWriter();
    for (const map of ['entries', 'inodes', 'links'] as const) {
      if (this[map].length === 0) continue;
      writer.map(map);
      for (const { key, value } of sorted(this[map])) writer.put(key, value);
    }
    return batch('PHASE_STRUCTURE', writer);
  }

  /** What turns another dataset into this one. */
  structureAfter(base: HostileDataset): WriteRequest {
    const writer = new PayloadWriter();
    for (const map of ['entries', 'inodes', 'links'] as const) {
      const coming = new Set(this[map].map(({ key }) => Buffer.from(key).toString('hex')));
      const gone = base[map].filter(({ key }) => !coming.has(Buffer.from(key).toString('hex')));
      if (gone.length + this[map].length > 0) writer.map(map);
      for (const { key, value } of sorted([
        ...this[map],
        ...gone.map(({ key }) => ({ key, value: null })),
      ])) {
        if (value === null) writer.delete(key);
        else writer.put(key, value);
      }
    }
    return batch('PHASE_STRUCTURE', writer);
  }

  /**
   * The digest that the receiver will find; records that it refuses to
   * put at all have none that matters.
   */
  async #digest(): Promise<string> {
    const store = new MemoryPageStore();
    const modules = { pages: new PageReader({}, { source: store }), sink: store };
    const root = async (map: 'entries' | 'inodes' | 'links'): Promise<MapRoot | null> => {
      const puts = sorted(this[map]);
      async function* mutations() {
        yield puts;
      }
      return applyMutations({ params: MAPS[map], base: null, mutations: mutations() }, modules);
    };
    try {
      return rootDigest({
        entries: await root('entries'),
        inodes: await root('inodes'),
        links: await root('links'),
      });
    } catch {
      return '0'.repeat(64);
    }
  }
}

function sorted<T extends { readonly key: Uint8Array }>(puts: readonly T[]): T[] {
  return [...puts].sort((a, b) => Buffer.compare(a.key, b.key));
}

export function batch(
  phase: 'PHASE_STRUCTURE' | 'PHASE_CONTENT' | 'PHASE_END',
  writer: PayloadWriter | null,
  lane = 0,
): WriteRequest {
  const payload = writer === null ? Buffer.alloc(0) : Buffer.from(writer.take());
  return { batch: { phase, lane, token: Buffer.from('t'), payload, files: 0, bytes: 0 } };
}

export const END: WriteRequest = batch('PHASE_END', null);

/** One content batch. */
export function content(fill: (writer: PayloadWriter) => void, lane = 0): WriteRequest {
  const writer = new PayloadWriter();
  fill(writer);
  return batch('PHASE_CONTENT', writer, lane);
}

/** A whole small file, as an honest source sends it. */
export function wholeFile(writer: PayloadWriter, id: Gfid, bytes: Uint8Array): void {
  fileHead(writer, id, bytes.length);
  if (bytes.length > 0) {
    writer.data(0n, bytes.length).set(bytes);
    writer.leaves(0, leavesOf(bytes));
  }
  writer.end();
}

export function fileHead(writer: PayloadWriter, id: Gfid, size: number | bigint): void {
  writer.file({ gfid: id, version: VERSION, size: BigInt(size), basis: null, continued: false });
}

export function leavesOf(bytes: Uint8Array): Uint8Array[] {
  const digests: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += LEAF_BYTES) {
    digests.push(blake3(bytes.subarray(at, at + LEAF_BYTES)));
  }
  return digests;
}

export function withSession(session: string, ...requests: WriteRequest[]): WriteRequest[] {
  return requests.map((request, at) => (at === 0 ? { ...request, session } : request));
}

import { applyMutations } from '../../../../../src/catalog/apply-mutations.js';
import { encodeEntryKey, encodeEntryValue } from '../../../../../src/catalog/maps/entries.js';
import { encodeGfidKey } from '../../../../../src/catalog/maps/gfid-key.js';
import { encodeInode } from '../../../../../src/catalog/maps/inodes.js';
import { encodeLinkKey, LINK_VALUE } from '../../../../../src/catalog/maps/links.js';
import { MAPS } from '../../../../../src/catalog/maps/map-params.js';
import { MemoryPageStore } from '../../../../../src/catalog/memory-page-store.js';
import { PageReader } from '../../../../../src/catalog/page-reader.js';
import { rootDigest } from '../../../../../src/catalog/root-digest.js';
import type { StructureMap } from '../../../../../src/endpoint/change-payload.js';
import type { ChangeBatch } from '../../../../../src/endpoint/change-stream.js';
import { PayloadWriter } from '../../../../../src/endpoint/payload-writer.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { type Gfid, parseDatasetId } from '../../../../../src/model/ids.js';
import type { FileType, Inode } from '../../../../../src/model/inode.js';
import { sampleDataset } from '../../../../support/datasets.js';

export const ROOT = 1n as Gfid;
export const VERSION = 77n;

export function inode(type: FileType, change: Partial<Inode> = {}): Inode {
  return {
    type,
    mode: 0o755,
    uid: 0,
    gid: 0,
    userName: '',
    groupName: '',
    rdevMajor: 0,
    rdevMinor: 0,
    size: 0n,
    mtimeNs: 1n,
    btimeNs: 0n,
    flags: 0,
    xattrs: [],
    symlinkTarget: type === 'symlink' ? Buffer.from('/etc') : Buffer.alloc(0),
    version: type === 'file' ? VERSION : 0n,
    parent: ROOT,
    name: Buffer.alloc(0),
    nlink: 1,
    ...change,
  };
}

/** One entry as a peer that follows no rules may send it. */
export interface Crafted {
  readonly gfid: bigint;
  readonly inode: Inode | null;
  /** Names in the entries map; by default the one that the inode says. */
  readonly entries?: readonly { parent: bigint; name: Uint8Array; type?: FileType }[];
  readonly links?: readonly { parent: bigint; name: Uint8Array }[];
}

type Records = Record<StructureMap, Map<string, Uint8Array>>;

function recordsOf(crafted: readonly Crafted[]): Records {
  const records: Records = {
    entries: new Map(),
    inodes: new Map(),
    links: new Map(),
    side: new Map(),
  };
  const put = (map: StructureMap, key: Uint8Array, value: Uint8Array): void => {
    records[map].set(Buffer.from(key).toString('hex'), value);
  };
  for (const one of crafted) {
    const gfid = one.gfid as Gfid;
    if (one.inode !== null) put('inodes', encodeGfidKey(gfid), encodeInode(one.inode));
    const own = one.inode === null || gfid === ROOT ? [] : [one.inode];
    for (const entry of one.entries ?? own) {
      const type = entry.type ?? one.inode?.type ?? 'file';
      put(
        'entries',
        encodeEntryKey(entry.parent as Gfid, entry.name),
        encodeEntryValue(gfid, type),
      );
    }
    for (const { parent, name } of one.links ?? []) {
      put('links', encodeLinkKey(gfid, parent as Gfid, name), LINK_VALUE);
    }
  }
  return records;
}

const MAP_ORDER: readonly StructureMap[] = ['entries', 'inodes', 'links', 'side'];

/** A dataset made of these entries, whose root digest is right, and its structure batches. */
export async function craft(
  crafted: readonly Crafted[],
): Promise<{ dataset: DatasetInfo; structure: ChangeBatch }> {
  const records = recordsOf(crafted);
  const store = new MemoryPageStore();
  const pages = new PageReader({}, { source: store });
  const writer = new PayloadWriter();
  const roots = { entries: null, inodes: null, links: null, side: null };
  const made = { ...roots } as Parameters<typeof rootDigest>[0] & Record<StructureMap, unknown>;
  for (const map of MAP_ORDER) {
    const sorted = [...records[map]]
      .map(([key, value]) => ({ key: Buffer.from(key, 'hex'), value }))
      .sort((a, b) => a.key.compare(b.key));
    if (sorted.length === 0) continue;
    writer.map(map);
    for (const { key, value } of sorted) writer.put(key, value);
    const mutations = (async function* () {
      yield sorted;
    })();
    const root = await applyMutations(
      { params: MAPS[map], base: null, mutations },
      { pages, sink: store },
    );
    Object.assign(made, { [map]: root });
  }
  const number = Math.floor(Math.random() * 0xffff);
  const id = parseDatasetId(number.toString(16).padStart(4, '0').repeat(8));
  const dataset = sampleDataset(1, { id, rootDigest: rootDigest(made) });
  return { dataset, structure: batch('structure', writer) };
}

export function batch(phase: ChangeBatch['phase'], writer: PayloadWriter, lane = 0): ChangeBatch {
  const token = phase === 'content' ? Buffer.from('token') : Buffer.alloc(0);
  return {
    phase,
    lane,
    token,
    payload: writer.take(),
    files: 0,
    bytes: 0,
    changedBytes: 0,
    readBytes: 0,
  };
}

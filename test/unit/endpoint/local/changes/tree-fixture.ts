import { mkdirSync, mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMutations } from '../../../../../src/catalog/apply-mutations.js';
import type { Mutation } from '../../../../../src/catalog/map-types.js';
import { encodeEntryKey, encodeEntryValue } from '../../../../../src/catalog/maps/entries.js';
import { encodeException } from '../../../../../src/catalog/maps/exceptions.js';
import { encodeGfidKey } from '../../../../../src/catalog/maps/gfid-key.js';
import { encodeInode } from '../../../../../src/catalog/maps/inodes.js';
import { encodeLinkKey, LINK_VALUE } from '../../../../../src/catalog/maps/links.js';
import { MAPS } from '../../../../../src/catalog/maps/map-params.js';
import { encodeSide } from '../../../../../src/catalog/maps/side.js';
import { PageReader } from '../../../../../src/catalog/page-reader.js';
import { rootDigest } from '../../../../../src/catalog/root-digest.js';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import type {
  DatasetMaps,
  DatasetRecord,
} from '../../../../../src/endpoint/local/layout/dataset-record.js';
import { DatasetRecordCache } from '../../../../../src/endpoint/local/layout/dataset-record-cache.js';
import type { LocalTree } from '../../../../../src/endpoint/local/layout/local-tree.js';
import type { TreeDirectory } from '../../../../../src/endpoint/local/layout/tree-directory.js';
import { LocalDatasets } from '../../../../../src/endpoint/local/local-datasets.js';
import { LocalSource } from '../../../../../src/endpoint/local/local-source.js';
import { OpenDatasets } from '../../../../../src/endpoint/local/open-datasets.js';
import { truncate } from '../../../../../src/endpoint/local/sys/data.js';
import {
  type Gfid,
  parseDatasetId,
  parseSystemGuid,
  parseTreeId,
  ROOT_GFID,
} from '../../../../../src/model/ids.js';
import type { Inode } from '../../../../../src/model/inode.js';
import { PagePacks } from '../../../../../src/repository/page-packs.js';
import { compareBytes } from '../../../../../src/util/bytes.js';
import { WorkerPool } from '../../../../../src/worker/pool.js';

/**
 * A file of a test tree: its bytes (null: none are kept), and the
 * dataset number that captured them.
 */
export interface TestFile {
  readonly gfid: number;
  readonly version: number;
  readonly bytes: Buffer | null;
  readonly size?: number;
  /** Where else the file is linked. */
  readonly links?: readonly string[];
}

/**
 * Files by path, directories made as needed; directories and files
 * keep their gfids across datasets.
 */
export type TestTree = Readonly<Record<string, TestFile>>;

const SYSTEM = parseSystemGuid('ab'.repeat(18));
const WORKER_ENTRY = new URL('../../../../../src/endpoint/local/worker-entry.js', import.meta.url);

export function gfidOf(number: number): Gfid {
  return BigInt(number) as Gfid;
}

/** A data root with one local tree, into which a test puts datasets by hand. */
export class TreeFixture {
  readonly root: DataRoot;
  readonly directory: TreeDirectory;
  readonly tree: LocalTree;
  readonly pool = new WorkerPool({ size: 2, entry: WORKER_ENTRY });
  readonly holds = new OpenDatasets();
  readonly source: LocalSource;
  readonly warnings: string[] = [];
  readonly #folder: string;
  readonly #directories = new Map<string, number>([['', 1]]);

  constructor(parent = tmpdir(), role: 'origin' | 'received' = 'origin') {
    this.#folder = mkdtempSync(join(parent, 'dm-changes-'));
    mkdirSync(join(this.#folder, 'tree'));
    this.root = DataRoot.open(Buffer.from(this.#folder));
    const made = this.root.createTree({
      tree: parseTreeId('12'.repeat(16)),
      basePath: Buffer.from(join(this.#folder, 'tree')),
      role,
      owner: '',
      released: false,
      head: null,
      bindings: null,
      inodeIndex: null,
      incarnation: null,
      nextCounter: 1,
      incarnations: [],
      base: null,
      baseEntries: 0,
      previousProvider: null,
      watermark: null,
      flip: null,
      capturing: null,
    });
    this.directory = made.directory;
    this.tree = made.tree;
    const numbers = {
      numbersOf: async (datasets: readonly { id: string }[]) =>
        datasets.map(({ id }) => Number.parseInt(id.slice(0, 8), 16)),
      find: async () => null,
      locks: async () => () => [],
    };
    this.source = new LocalSource({
      pool: this.pool,
      holds: this.holds,
      log: { warn: (_fields, message) => this.warnings.push(message) },
      datasets: new LocalDatasets(
        { roots: [this.root] },
        { numbers, records: new DatasetRecordCache() },
      ),
    });
  }

  /** Dataset `number` of the given tree; `exceptions` are messages by gfid. */
  async addDataset(
    number: number,
    files: TestTree,
    exceptions: Readonly<Record<number, string>> = {},
    content: readonly Mutation[] = [],
  ): Promise<DatasetRecord> {
    for (const { gfid, version, bytes } of Object.values(files)) {
      if (bytes === null || this.directory.versions.has(gfidOf(gfid), BigInt(version))) continue;
      this.directory.versions.put(gfidOf(gfid), BigInt(version), (fd) => writeSparse(fd, bytes));
    }
    const maps = await this.#buildMaps(files, exceptions, content);
    const record: DatasetRecord = {
      id: parseDatasetId(number.toString(16).padStart(8, '0').padEnd(32, '0')),
      tree: this.tree.tree,
      parents: [],
      rootDigest: rootDigest(maps),
      contentDigest: maps.content?.digest ?? null,
      contentDigestState: maps.content === null ? 'none' : 'partial',
      name: '',
      originSystem: SYSTEM,
      originBasePath: this.tree.basePath,
      createdAtMs: 1,
      entries: maps.entries?.count ?? 0,
      bytes: 0n,
      incarnations: [],
      excludes: [],
      type: 'FILE',
      state: Object.keys(exceptions).length > 0 ? 'COMPLETE_PARTIAL' : 'COMPLETE',
      basePath: this.tree.basePath,
      subpaths: [],
      provider: 'clone',
      snapshotBase: null,
      scan: '',
      maps,
      warnings: [],
      committedAtMs: number,
      retention: { periodSeconds: null, reserve: 0 },
      expiresAtMs: null,
      signature: null,
      from: '',
    };
    this.directory.writeDataset(record);
    return record;
  }

  async close(): Promise<void> {
    await this.pool[Symbol.asyncDispose]();
    this.root.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #buildMaps(
    files: TestTree,
    exceptions: Readonly<Record<number, string>>,
    content: readonly Mutation[],
  ): Promise<DatasetMaps> {
    const lists: Record<'entries' | 'inodes' | 'links' | 'side' | 'exceptions', Mutation[]> = {
      entries: [],
      inodes: [],
      links: [],
      side: [],
      exceptions: [],
    };
    const known = new Set<number>();
    const addInode = (gfid: number, inode: Inode): void => {
      lists.inodes.push({ key: encodeGfidKey(gfidOf(gfid)), value: encodeInode(inode) });
      const times = encodeSide({ atimeNs: 1n, ctimeNs: BigInt(gfid) });
      lists.side.push({ key: encodeGfidKey(gfidOf(gfid)), value: times });
      known.add(gfid);
    };
    const directoryOf = (path: string): number => {
      const slash = path.lastIndexOf('/');
      const own = path.slice(0, Math.max(slash, 0));
      const gfid = this.#directories.get(own) ?? 1000 + this.#directories.size;
      this.#directories.set(own, gfid);
      if (known.has(gfid)) return gfid;
      if (own === '') addInode(1, inodeOf('dir', ROOT_GFID, Buffer.alloc(0)));
      else {
        const parent = directoryOf(own);
        const name = Buffer.from(own.slice(own.lastIndexOf('/') + 1));
        addInode(gfid, inodeOf('dir', gfidOf(parent), name));
        lists.entries.push(entry(parent, name, gfid, 'dir'));
      }
      return gfid;
    };
    for (const [path, file] of Object.entries(files)) {
      const parent = directoryOf(path);
      const name = Buffer.from(path.slice(path.lastIndexOf('/') + 1));
      const links = file.links ?? [];
      addInode(file.gfid, {
        ...inodeOf('file', gfidOf(parent), name),
        size: BigInt(file.bytes?.length ?? file.size ?? 0),
        version: BigInt(file.version),
        nlink: 1 + links.length,
      });
      lists.entries.push(entry(parent, name, file.gfid, 'file'));
      for (const link of links) {
        const other = directoryOf(link);
        const linkName = Buffer.from(link.slice(link.lastIndexOf('/') + 1));
        lists.entries.push(entry(other, linkName, file.gfid, 'file'));
        const key = encodeLinkKey(gfidOf(file.gfid), gfidOf(other), linkName);
        lists.links.push({ key, value: LINK_VALUE });
      }
    }
    for (const [gfid, message] of Object.entries(exceptions)) {
      const value = encodeException({ code: 'unreadable', message: Buffer.from(message) });
      lists.exceptions.push({ key: encodeGfidKey(gfidOf(Number(gfid))), value });
    }
    const packs = await PagePacks.open({ directory: this.root.pagesPath });
    const modules = { pages: new PageReader({}, { source: packs }), sink: packs };
    const build = (map: keyof DatasetMaps, mutations: readonly Mutation[]) =>
      applyMutations({ params: MAPS[map], base: null, mutations: inOrder(mutations) }, modules);
    const maps = {
      entries: await build('entries', lists.entries),
      inodes: await build('inodes', lists.inodes),
      links: await build('links', lists.links),
      side: await build('side', lists.side),
      exceptions: await build('exceptions', lists.exceptions),
      content: await build('content', content),
    };
    await packs.close();
    return maps;
  }
}

function entry(parent: number, name: Buffer, gfid: number, type: 'file' | 'dir'): Mutation {
  return { key: encodeEntryKey(gfidOf(parent), name), value: encodeEntryValue(gfidOf(gfid), type) };
}

async function* inOrder(mutations: readonly Mutation[]): AsyncGenerator<Mutation[]> {
  if (mutations.length > 0) yield [...mutations].sort((a, b) => compareBytes(a.key, b.key));
}

function inodeOf(type: 'file' | 'dir', parent: Gfid, name: Buffer): Inode {
  return {
    type,
    parent,
    name,
    mode: 0o644,
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
    symlinkTarget: Buffer.alloc(0),
    version: 0n,
    nlink: 1,
  };
}

/** Blocks of zeros become holes. */
function writeSparse(fd: number, bytes: Buffer): void {
  const zeros = Buffer.alloc(4096);
  truncate(fd, bytes.length);
  for (let at = 0; at < bytes.length; at += 4096) {
    const block = bytes.subarray(at, at + 4096);
    if (!block.equals(zeros.subarray(0, block.length))) writeSync(fd, block, 0, block.length, at);
  }
}

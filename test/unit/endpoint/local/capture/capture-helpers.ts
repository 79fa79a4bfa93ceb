import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import { Catalog } from '../../../../../src/catalog/catalog.js';
import { PageReader } from '../../../../../src/catalog/page-reader.js';
import type { CaptureInput } from '../../../../../src/endpoint/local/capture/capture-input.js';
import { captureDataset } from '../../../../../src/endpoint/local/capture/capture-task.js';
import { openBase } from '../../../../../src/endpoint/local/capture/open-base.js';
import type { EntryLook } from '../../../../../src/endpoint/local/capture/scan-types.js';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import type { DatasetRecord } from '../../../../../src/endpoint/local/layout/dataset-record.js';
import { VersionOpener } from '../../../../../src/endpoint/local/layout/open-version.js';
import { CatalogCheck } from '../../../../../src/endpoint/receive/catalog-check.js';
import {
  type Gfid,
  parseDatasetId,
  parseSystemGuid,
  ROOT_GFID,
} from '../../../../../src/model/ids.js';
import { PagePacks } from '../../../../../src/repository/page-packs.js';
import { extendedAttributes } from '../../../../support/extended-attributes.js';

export const SYSTEM = parseSystemGuid('0123456789ABCDEF0123456789ABCDEF0123');

/** What a test compares of one path, from whatever side it comes. */
export interface Entry {
  readonly type: string;
  readonly mode: number;
  readonly owner: string;
  readonly mtime: string;
  readonly size: string;
  readonly device: string;
  readonly target: string;
  readonly xattrs: string;
  /** The least path of the inode: equal for all its names. */
  readonly group: string;
  readonly names: number;
  readonly content: string;
}

export type Tree = Map<string, Entry>;

/** A root in `parent` and a tree below it. */
export interface TestRoot {
  readonly root: string;
  readonly base: string;
}

export function makeRoot(parent: string): TestRoot {
  const root = mkdtempSync(join(parent, 'root-'));
  const base = join(root, 'data');
  mkdirSync(base);
  return { root, base };
}

export function inputFor(place: TestRoot, options: Partial<CaptureInput> = {}): CaptureInput {
  return {
    root: Buffer.from(place.root),
    basePath: Buffer.from(place.base),
    name: 'test',
    excludes: [],
    provider: 'auto',
    retention: { periodSeconds: null, reserve: 0 },
    system: SYSTEM,
    acceptSource: false,
    partial: 'allow',
    minFreePercent: 0,
    otherPrivateDirectories: [],
    nowMs: Date.now(),
    id: parseDatasetId(randomBytes(16).toString('hex')),
    ...options,
  };
}

export async function capture(
  place: TestRoot,
  options: Partial<CaptureInput> = {},
  look?: EntryLook,
) {
  const signal = new AbortController().signal;
  return captureDataset(inputFor(place, options), async () => undefined, signal, look);
}

/** Throws when the catalog of a dataset is not a tree, given that the one it was made from is. */
export async function checkCatalog(
  place: TestRoot,
  former: DatasetRecord,
  record: DatasetRecord,
): Promise<void> {
  using root = DataRoot.open(Buffer.from(place.root));
  await using packs = await PagePacks.open({ directory: root.pagesPath });
  const pages = new PageReader({}, { source: packs });
  const [base, next] = [former, record].map(({ maps }) => new Catalog(maps, { pages }));
  if (base === undefined || next === undefined) throw new RangeError('two records');
  await new CatalogCheck(base, next, pages, new AbortController().signal).run();
}

/** The dataset as its catalog and its contents say. */
export async function treeOf(place: TestRoot, record: DatasetRecord): Promise<Tree> {
  using root = DataRoot.open(Buffer.from(place.root));
  const found = root.trees().find((one) => one.directory.readDataset(record.id) !== null);
  if (found === undefined) throw new Error('the dataset has no record');
  await using packs = await PagePacks.open({ directory: root.pagesPath });
  const pages = new PageReader({}, { source: packs });
  const catalog = new Catalog(record.maps, { pages });
  const live = openBase(root, found.tree.basePath);
  const opener = new VersionOpener(
    { tree: found.tree, record, liveFd: live.fd, privateFd: root.privateFd },
    { directory: found.directory, pages },
  );
  try {
    const tree: Tree = new Map();
    const groups = new Map<Gfid, string[]>();
    await addCatalogEntry({ catalog, opener, tree, groups }, ROOT_GFID, '');
    return withGroups(tree, [...groups.values()]);
  } finally {
    closeSync(live.fd);
  }
}

interface CatalogWalk {
  readonly catalog: Catalog;
  readonly opener: VersionOpener;
  readonly tree: Tree;
  readonly groups: Map<Gfid, string[]>;
}

async function addCatalogEntry(walk: CatalogWalk, gfid: Gfid, path: string): Promise<void> {
  const inode = await walk.catalog.inode(gfid);
  if (inode === null) throw new Error(`${path} has no inode`);
  walk.groups.set(gfid, [...(walk.groups.get(gfid) ?? []), path]);
  let content = '';
  if (inode.type === 'file') {
    const fd = await walk.opener.open(gfid, inode);
    content = digestOf(fd);
    closeSync(fd);
  }
  walk.tree.set(path, {
    type: inode.type,
    mode: inode.mode,
    owner: `${inode.uid}:${inode.gid}`,
    mtime: String(inode.mtimeNs),
    size: String(inode.size),
    device: `${inode.rdevMajor}:${inode.rdevMinor}`,
    target: Buffer.from(inode.symlinkTarget).toString('latin1'),
    xattrs: inode.xattrs
      .map(({ name, value }) => `${Buffer.from(name)}=0x${Buffer.from(value).toString('hex')}`)
      .sort()
      .join(' '),
    group: '',
    names: inode.nlink,
    content,
  });
  if (inode.type !== 'dir') return;
  for await (const batch of walk.catalog.list(gfid)) {
    for (const { name, gfid: child, type } of batch) {
      const below = `${path}/${Buffer.from(name).toString('latin1')}`;
      await addCatalogEntry(walk, child, below);
      if (walk.tree.get(below)?.type !== type) throw new Error(`${below}: entry says ${type}`);
    }
  }
}

/** The tree as node's own calls see it. */
export function liveTree(base: string, leaveOut: (path: string) => boolean = () => false): Tree {
  const tree: Tree = new Map();
  const groups = new Map<bigint, string[]>();
  const xattrs = extendedAttributes(base);
  const visit = (absolute: Buffer, path: string): void => {
    const stat = lstatSync(absolute, { bigint: true });
    groups.set(stat.ino, [...(groups.get(stat.ino) ?? []), path]);
    const isFile = stat.isFile();
    const isDevice = stat.isBlockDevice() || stat.isCharacterDevice();
    const rdev = isDevice ? Number(stat.rdev) : 0;
    let content = '';
    if (isFile) {
      const fd = openSync(absolute, constants.O_RDONLY);
      content = digestOf(fd);
      closeSync(fd);
    }
    tree.set(path, {
      type: typeOf(stat),
      mode: Number(stat.mode & 0o7777n),
      owner: `${stat.uid}:${stat.gid}`,
      mtime: String(stat.mtimeNs),
      size: isFile ? String(stat.size) : '0',
      device: `${(rdev >> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`,
      target: stat.isSymbolicLink()
        ? readlinkSync(absolute, { encoding: 'buffer' }).toString('latin1')
        : '',
      xattrs: xattrs.get(path.slice(1)) ?? '',
      group: '',
      names: 1,
      content,
    });
    if (!stat.isDirectory()) return;
    for (const name of readdirSync(absolute, { encoding: 'buffer' })) {
      const below = `${path}/${name.toString('latin1')}`;
      if (leaveOut(below)) continue;
      visit(Buffer.concat([absolute, Buffer.from('/'), name]), below);
    }
  };
  visit(Buffer.from(base), '');
  return withGroups(tree, [...groups.values()], true);
}

function withGroups(tree: Tree, groups: readonly string[][], countNames = false): Tree {
  for (const paths of groups) {
    const group = [...paths].sort()[0] ?? '';
    for (const path of paths) {
      const entry = tree.get(path);
      if (entry === undefined) continue;
      tree.set(path, { ...entry, group, names: countNames ? paths.length : entry.names });
    }
  }
  return new Map([...tree].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function typeOf(stat: ReturnType<typeof lstatSync> & object): string {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'dir';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isFIFO()) return 'fifo';
  if (stat.isSocket()) return 'socket';
  return stat.isBlockDevice() ? 'block' : 'char';
}

function digestOf(fd: number): string {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(1 << 16);
  for (;;) {
    const got = readSync(fd, buffer, 0, buffer.length, null);
    if (got === 0) return hash.digest('hex').slice(0, 16);
    hash.update(buffer.subarray(0, got));
  }
}

/** Names in the version store, for counting. */
export function storedVersions(place: TestRoot): string[] {
  using root = DataRoot.open(Buffer.from(place.root));
  return root
    .trees()
    .flatMap(({ directory }) => [...directory.versions.list()])
    .map(({ gfid, version }) => `${gfid}.${version}`)
    .sort();
}

export function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

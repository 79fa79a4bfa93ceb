import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RepositoryReader } from '../repository-reader.js';

const DATASET = /^([0-9a-f]{32})\.json$/;
const VERSION = /^[0-9a-f]{16}\.[0-9a-f]{16}$/;
/** What a tree's directory holds when nothing is under way. */
const TREE_PARTS = new Set([
  'tree.json',
  'datasets',
  'bookmarks',
  'deleting',
  'versions',
  'snapshots',
  'staging',
  'scratch',
  'digests',
]);
const ROOT_PARTS = new Set(['format.json', 'clock', 'packs', 'trees']);
const STORE_PARTS = new Set(['format.json', 'datasets', 'packs', 'index', 'doomed']);

/**
 * What is below a data root's private directory, or beside its targets, and should not
 * be there when no job is under way: half-written files, staging, contents and
 * snapshots of datasets that are not there.
 */
export function strayInRoot(root: string): string[] {
  const stray: string[] = [];
  const only = (directory: string, isRight: (name: string) => boolean): void => {
    if (!existsSync(directory)) return;
    for (const name of readdirSync(directory)) {
      if (!isRight(name)) stray.push(join(directory, name));
    }
  };
  const hidden = join(root, '.datamover');
  only(root, (name) => name === '.datamover' || !name.startsWith('.'));
  only(hidden, (name) => ROOT_PARTS.has(name));
  only(join(hidden, 'packs/pages'), (name) => /^[0-9a-f]{32}$/.test(name));
  only(join(hidden, 'trees'), (name) => existsSync(join(hidden, 'trees', name, 'tree.json')));
  for (const id of readdirSync(join(hidden, 'trees'))) {
    const tree = join(hidden, 'trees', id);
    const datasets = new Set(idsOf(join(tree, 'datasets')));
    only(tree, (name) => TREE_PARTS.has(name));
    for (const part of ['datasets', 'bookmarks']) {
      only(join(tree, part), (name) => DATASET.test(name));
    }
    for (const part of ['deleting', 'staging', 'scratch', 'digests']) {
      only(join(tree, part), () => false);
    }
    only(join(tree, 'snapshots'), (name) => datasets.has(name));
    const versions = join(tree, 'versions');
    for (const shard of readdirSync(versions)) {
      only(join(versions, shard), (name) => VERSION.test(name));
    }
  }
  return stray;
}

/** Half-written objects of a store in a directory, and what lies where no object is. */
export function strayInStore(store: string, basePath: string): string[] {
  const stray: string[] = [];
  for (const name of readdirSync(store, { recursive: true, encoding: 'utf8' })) {
    if (lstatSync(join(store, name)).isDirectory()) continue;
    const [first = '', second = ''] = name.split('/');
    const isObject = first === basePath ? STORE_PARTS.has(second) : first === 'numbers';
    if (!isObject || name.includes('%')) stray.push(join(store, name));
  }
  return stray;
}

/**
 * Reads the datasets of a pruned backup byte by byte: the newest is the tree,
 * and each data pack is of one of them.
 */
export async function requireBackup(store: string, basePath: string, tree: string): Promise<void> {
  const reader = new RepositoryReader(store, basePath);
  let newest = new Map<string, Buffer>();
  for (const record of reader.records()) newest = await reader.files(record);
  for (const [path, content] of newest) {
    const file = join(tree, path);
    if (!existsSync(file) || !readFileSync(file).equals(content)) {
      throw new Error(`${path} of the backup differs from the tree`);
    }
  }
  const unused = readdirSync(join(store, basePath, 'packs/data')).filter(
    (pack) => !reader.dataPacks.has(pack),
  );
  if (unused.length > 0) throw new Error(`data packs of no dataset: ${unused.join(', ')}`);
}

/** The last is what a kill leaves of a note that is being written; the next one takes its place. */
const KEPT_OF_REPOSITORY = ['pages', 'index', 'known-packs', '.known-packs.new'];
/** What was seen last of each backup; what a kill leaves of such a file has its place taken by the next write. */
const NEWEST = 'newest';

/** What a backup leaves in the state directory of its agent when it is not under way. */
export function strayInState(stateDir: string): string[] {
  const work = join(stateDir, 'object');
  if (!existsSync(work)) return [];
  const repositories = readdirSync(work).filter((name) => name !== NEWEST);
  return repositories.flatMap((repository) => {
    const parts = readdirSync(join(work, repository));
    const odd = parts.filter((name) => !KEPT_OF_REPOSITORY.includes(name));
    return odd.map((name) => join(work, repository, name));
  });
}

/** Ids of the datasets that have a record in any tree of a root. */
export function recordsIn(root: string): string[] {
  const trees = join(root, '.datamover/trees');
  if (!existsSync(trees)) return [];
  return readdirSync(trees).flatMap((id) => idsOf(join(trees, id, 'datasets')));
}

/** Ids of the datasets that have a record in a backup. */
export function recordsInStore(store: string, basePath: string): string[] {
  const datasets = join(store, basePath, 'datasets');
  if (!existsSync(datasets)) return [];
  return readdirSync(datasets).flatMap((name) => /-([0-9a-f]{32})$/.exec(name)?.[1] ?? []);
}

/** Contents that a root keeps. */
export function versionsIn(root: string): number {
  const trees = join(root, '.datamover/trees');
  return readdirSync(trees)
    .map((id) => join(trees, id, 'versions'))
    .flatMap((versions) => readdirSync(versions).map((shard) => join(versions, shard)))
    .reduce((sum, shard) => sum + readdirSync(shard).length, 0);
}

function idsOf(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).flatMap((name) => DATASET.exec(name)?.[1] ?? []);
}

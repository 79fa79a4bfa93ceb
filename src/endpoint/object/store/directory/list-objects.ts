import type { ObjectSummary } from '../../../../repository/object-store.js';
import { lookAhead } from '../../../../util/look-ahead.js';
import { compareKeys } from '../object-key.js';
import { errorCode } from './directory-error.js';
import { fileNameOf } from './file-name.js';
import { type Folder, openFolder } from './folder.js';
import { type FolderEntry, folderEntries } from './folder-entries.js';

export interface ListRequest {
  readonly prefix: string;
  /** Null begins at the first key. */
  readonly after: string | null;
  readonly fold: boolean;
  /** Sizes and times stay 0. */
  readonly keysOnly: boolean;
}

/** Files looked at before their turn. */
const STATS_AHEAD = 16;

/** Every object below a prefix in byte order of the keys, or what is folded at the next slash. */
export async function* listObjects(
  root: Folder,
  request: ListRequest,
): AsyncIterable<ObjectSummary> {
  const slash = request.prefix.lastIndexOf('/');
  const parents = slash < 0 ? [] : request.prefix.slice(0, slash).split('/');
  let folder: Folder;
  try {
    folder = await openFolder(root, parents.map(fileNameOf), false);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return;
    throw error;
  }
  yield* below(folder, request.prefix.slice(0, slash + 1), request);
}

async function* below(
  folder: Folder,
  keyPrefix: string,
  request: ListRequest,
): AsyncIterable<ObjectSummary> {
  await using opened = folder;
  const entries = entriesOf(opened, keyPrefix, request);
  const looked = lookAhead(entries, STATS_AHEAD, async (entry) => ({
    entry,
    object: entry.directory ? null : await object(opened, entry, request),
  }));
  for await (const { entry, object } of looked) {
    if (object !== null) yield object;
    else if (entry.directory) yield* directory(opened, entry, request);
  }
}

interface KeyedEntry extends FolderEntry {
  readonly key: string;
}

/** What the request is about, but for `after` in what lies below. */
async function* entriesOf(
  folder: Folder,
  keyPrefix: string,
  request: ListRequest,
): AsyncGenerator<KeyedEntry, void> {
  for await (const entry of folderEntries(folder, startIn(keyPrefix, request))) {
    const key = keyPrefix + entry.sortKey;
    if (key.startsWith(request.prefix)) {
      if (entry.directory || isBehind(key, request)) yield { ...entry, key };
    } else if (compareKeys(key, request.prefix) > 0) return;
  }
}

async function* directory(
  folder: Folder,
  { name, key }: KeyedEntry,
  request: ListRequest,
): AsyncIterable<ObjectSummary> {
  let child: Folder;
  try {
    child = await folder.child(name);
  } catch (error) {
    // Removed by a deletion since it was read.
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (!request.fold) {
    yield* below(child, key, request);
    return;
  }
  // A directory without any object is no folder of keys.
  for await (const _ of below(child, key, {
    prefix: key,
    after: null,
    fold: false,
    keysOnly: true,
  })) {
    if (isBehind(key, request)) yield { key, size: 0, modifiedAtMs: 0 };
    return;
  }
}

/** Null when it has been deleted since the folder was read. */
async function object(
  folder: Folder,
  { name, key }: KeyedEntry,
  { keysOnly }: ListRequest,
): Promise<ObjectSummary | null> {
  if (keysOnly) return { key, size: 0, modifiedAtMs: 0 };
  try {
    const stat = await folder.stat(name);
    return { key, size: Number(stat.size), modifiedAtMs: Number(stat.mtimeMs) };
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return null;
  }
}

function isBehind(key: string, { after }: ListRequest): boolean {
  return after === null || compareKeys(key, after) > 0;
}

/** The sort key behind which a folder is read so that nothing above `after` is missed; null reads all of it. */
function startIn(keyPrefix: string, { after }: ListRequest): string | null {
  if (after === null || !after.startsWith(keyPrefix)) return null;
  const rest = after.slice(keyPrefix.length);
  const slash = rest.indexOf('/');
  // The folder that holds `after` itself must still be entered: begin just before its slash.
  return slash < 0 ? rest : rest.slice(0, slash);
}

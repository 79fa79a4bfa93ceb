import { opendir } from 'node:fs/promises';
import type { UnfinishedUpload } from '../../../../repository/object-store.js';
import { errorCode } from './directory-error.js';
import { componentOf, fileNameOf, isTemporary } from './file-name.js';
import { type Folder, openFolder } from './folder.js';

/**
 * Temporary files that a write left behind or is writing now, below the folder of `prefix`. The key is the folder's, the
 * upload id the path of the file below the root, the time that of its last write. Those in the root itself, by which
 * the store tries what its file system can do, are of no key and listed with every prefix.
 */
export async function* unfinishedFiles(
  root: Folder,
  prefix: string,
): AsyncIterable<UnfinishedUpload> {
  const components = prefix.split('/').slice(0, -1);
  for await (const { name } of await opendir(root.path)) {
    const probe = isTemporary(name) ? await uploadAt(root, [], name) : null;
    if (probe !== null) yield probe;
  }
  let folder: Folder;
  try {
    folder = await openFolder(root, components.map(fileNameOf), false);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return;
    throw error;
  }
  yield* below(folder, components.map(fileNameOf));
}

async function* below(folder: Folder, names: readonly string[]): AsyncIterable<UnfinishedUpload> {
  await using opened = folder;
  for await (const entry of await opendir(opened.path)) {
    if (entry.isFile() && isTemporary(entry.name)) {
      const upload = names.length > 0 ? await uploadAt(folder, names, entry.name) : null;
      if (upload !== null) yield upload;
    } else if (entry.isDirectory() && componentOf(entry.name) !== null) {
      yield* below(await opened.child(entry.name), [...names, entry.name]);
    }
  }
}

/** Null when it was finished, or taken back, meanwhile. */
async function uploadAt(
  folder: Folder,
  names: readonly string[],
  name: string,
): Promise<UnfinishedUpload | null> {
  try {
    const { mtimeMs } = await folder.stat(name);
    const key = names.length > 0 ? `${names.join('/')}/` : '';
    return { key, uploadId: [...names, name].join('/'), startedAtMs: Number(mtimeMs) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

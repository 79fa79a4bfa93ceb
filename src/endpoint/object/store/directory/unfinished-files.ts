import { opendir } from 'node:fs/promises';
import type { UnfinishedUpload } from '../../../../repository/object-store.js';
import { errorCode } from './directory-error.js';
import { componentOf, fileNameOf, isTemporary } from './file-name.js';
import { type Folder, openFolder } from './folder.js';

/**
 * Temporary files that a write left behind or is writing now, below the folder of `prefix`. The key is the folder's, the
 * upload id the path of the file below the root, the time that of its last write.
 */
export async function* unfinishedFiles(
  root: Folder,
  prefix: string,
): AsyncIterable<UnfinishedUpload> {
  const components = prefix.split('/').slice(0, -1);
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
      const stat = await statIfThere(folder, entry.name);
      // It was finished, or taken back, meanwhile.
      if (stat === null) continue;
      yield {
        key: `${names.join('/')}/`,
        uploadId: [...names, entry.name].join('/'),
        startedAtMs: Number(stat.mtimeMs),
      };
    } else if (entry.isDirectory() && componentOf(entry.name) !== null) {
      yield* below(await opened.child(entry.name), [...names, entry.name]);
    }
  }
}

async function statIfThere(
  folder: Folder,
  name: string,
): Promise<{ readonly mtimeMs: number | bigint } | null> {
  try {
    return await folder.stat(name);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

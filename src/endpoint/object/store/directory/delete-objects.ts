import { checkKey } from '../object-key.js';
import { directoryError, errorCode } from './directory-error.js';
import { fileNameOf, metadataFile } from './file-name.js';
import type { KeyFolders } from './key-folders.js';
import { removeIfThere } from './new-object.js';

/**
 * Deletes objects, durably, and the folders that are empty then; those that are not there are no error. `onFolder` is told before
 * each folder, in which all is made durable at once.
 */
export async function deleteObjects(
  keys: readonly string[],
  { folders, onFolder }: { readonly folders: KeyFolders; readonly onFolder: () => void },
  signal: AbortSignal,
): Promise<void> {
  for (const inFolder of byFolder(keys)) {
    onFolder();
    const [first = ''] = inFolder;
    try {
      await folders.use(first, async (folder) => {
        for (const key of inFolder) {
          signal.throwIfAborted();
          const name = fileNameOf(key.slice(key.lastIndexOf('/') + 1));
          await removeIfThere(folder, name);
          await removeIfThere(folder, metadataFile(name));
        }
        await folder.sync();
      });
      await folders.removeEmpty(first);
    } catch (error) {
      const known = directoryError(error, `object "${first}"`);
      if (known.code !== 'not_found' && errorCode(error) !== 'ENOTDIR') throw known;
    }
  }
}

function byFolder(keys: readonly string[]): Iterable<readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const key of keys) {
    checkKey(key);
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    const known = folders.get(folder);
    if (known === undefined) folders.set(folder, [key]);
    else known.push(key);
  }
  return folders.values();
}

import { temporaryName } from './file-name.js';
import type { Folder } from './folder.js';
import { removeIfThere } from './new-object.js';

/** Whether two names can be given to one file here, by doing it. */
export async function hasHardLinks(root: Folder, randomHex: () => string): Promise<boolean> {
  const one = temporaryName(randomHex());
  const two = temporaryName(randomHex());
  try {
    await (await root.create(one)).close();
    await root.link(one, two);
    return true;
  } catch {
    // A directory we may not write to, or a file system without links: no promise can be made.
    return false;
  } finally {
    await removeIfThere(root, one).catch(() => false);
    await removeIfThere(root, two).catch(() => false);
  }
}

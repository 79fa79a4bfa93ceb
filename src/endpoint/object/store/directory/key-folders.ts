import { errorCode } from './directory-error.js';
import { fileNameOf, isLongName } from './file-name.js';
import { type Folder, openFolder } from './folder.js';
import { keepLongName, NewObject, type WriteModules } from './new-object.js';

/** A folder may vanish, emptied by a deletion, between being made and being written to. */
const ATTEMPTS = 10;

/** The folders that the slashes of keys ask for: made when something is put there, removed when nothing is left. */
export class KeyFolders {
  readonly #root: Folder;
  readonly #write: WriteModules;

  constructor(root: Folder, write: WriteModules) {
    this.#root = root;
    this.#write = write;
  }

  /** Opens the folder of a key; fails with ENOENT or ENOTDIR when there is none. */
  async use<T>(key: string, use: (folder: Folder, name: string) => Promise<T>): Promise<T> {
    const names = key.split('/').map(fileNameOf);
    await using folder = await openFolder(this.#root, names.slice(0, -1), false);
    return await use(folder, names.at(-1) ?? '');
  }

  /** Begins a new object in the folder of a key, which is made where it is missing. */
  async put(
    key: string,
    write: (object: NewObject, component: string) => Promise<void>,
  ): Promise<void> {
    const components = key.split('/');
    const { folder, object } = await this.#begin(components.slice(0, -1));
    await using _ = folder;
    await using begun = object;
    await write(begun, components.at(-1) ?? '');
  }

  /** Removes the folder of a key and those above it as far as they are empty. */
  async removeEmpty(key: string): Promise<void> {
    const names = key.split('/').slice(0, -1).map(fileNameOf);
    for (let depth = names.length; depth > 0; depth--) {
      try {
        await using parent = await openFolder(this.#root, names.slice(0, depth - 1), false);
        await parent.removeChild(names[depth - 1] ?? '');
      } catch (error) {
        if (errorCode(error) === 'ENOENT') continue;
        // Somebody needs it, or it is not ours to remove: an empty folder does no harm.
        return;
      }
    }
  }

  async #begin(components: readonly string[]): Promise<{ folder: Folder; object: NewObject }> {
    for (let attempt = 1; ; attempt++) {
      let folder: Folder | null = null;
      try {
        await this.#keepLongNames(components);
        folder = await openFolder(this.#root, components.map(fileNameOf), true);
        return { folder, object: await NewObject.begin(folder, this.#write) };
      } catch (error) {
        await folder?.[Symbol.asyncDispose]();
        if (errorCode(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #keepLongNames(components: readonly string[]): Promise<void> {
    const names = components.map(fileNameOf);
    for (const [index, component] of components.entries()) {
      if (!isLongName(names[index] ?? '')) continue;
      await using parent = await openFolder(this.#root, names.slice(0, index), true);
      await keepLongName(parent, component, this.#write);
    }
  }
}

import type { FileHandle } from 'node:fs/promises';
import { DmError } from '../../../../model/error.js';
import type { PutOptions } from '../../../../repository/object-store.js';
import { errorCode } from './directory-error.js';
import { fileNameOf, isLongName, longNameFile, metadataFile, temporaryName } from './file-name.js';
import type { Folder } from './folder.js';
import { metadataText } from './object-metadata.js';

export interface WriteModules {
  readonly randomHex: () => string;
  /** Can two names be given to one file here? */
  readonly hardLinks: boolean;
  readonly onBytes: (count: number) => void;
  readonly forgetPages: ForgetPages;
}

/** Takes a range of a file, or all behind `offset` with length 0, out of the page cache, where it may. */
export type ForgetPages = (fd: number, offset: number, length: number) => void;

/** A new file below a temporary name: as long as it is there, nobody removes its folder. */
export class NewObject implements AsyncDisposable {
  readonly #folder: Folder;
  readonly #file: FileHandle;
  readonly #temporary: string;
  readonly #modules: WriteModules;
  #named = false;

  private constructor(
    folder: Folder,
    modules: WriteModules & { file: FileHandle; temporary: string },
  ) {
    this.#folder = folder;
    this.#file = modules.file;
    this.#temporary = modules.temporary;
    this.#modules = modules;
  }

  static async begin(folder: Folder, modules: WriteModules): Promise<NewObject> {
    const temporary = temporaryName(modules.randomHex());
    const file = await folder.create(temporary);
    return new NewObject(folder, { ...modules, file, temporary });
  }

  /** Writes and syncs everything. */
  async fill(
    body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    let size = 0;
    for await (const chunk of body) {
      signal.throwIfAborted();
      for (let at = 0; at < chunk.length; ) {
        at += (await this.#file.write(chunk, at, chunk.length - at)).bytesWritten;
      }
      size += chunk.length;
      this.#modules.onBytes(chunk.length);
    }
    signal.throwIfAborted();
    await this.#file.sync();
    this.#modules.forgetPages(this.#file.fd, 0, 0);
    const written = (await this.#file.stat()).size;
    if (written !== size) {
      throw new DmError('io_error', `wrote ${size} bytes, the file system has ${written}`);
    }
  }

  /**
   * Gives it the name of its component in one step, durably; its metadata is there before. Throws `already_exists` for
   * `ifAbsent`.
   */
  async giveName(component: string, options: PutOptions): Promise<void> {
    const folder = this.#folder;
    const name = fileNameOf(component);
    if (isLongName(name)) await keepLongName(folder, component, this.#modules);
    const about = metadataText(options);
    if (about !== null && !(options.ifAbsent && (await exists(folder, name)))) {
      await replaceSmall(folder, metadataFile(name), about, this.#modules);
    }
    if (options.ifAbsent) await this.#nameIfAbsent(name);
    else await folder.rename(this.#temporary, name);
    this.#named = true;
    if (about === null && !options.ifAbsent) await removeIfThere(folder, metadataFile(name));
    await folder.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (!this.#named) await removeIfThere(this.#folder, this.#temporary);
    } finally {
      await this.#file.close();
    }
  }

  async #nameIfAbsent(name: string): Promise<void> {
    const folder = this.#folder;
    if (!this.#modules.hardLinks) {
      if (await exists(folder, name)) throw taken(name);
      await folder.rename(this.#temporary, name);
      return;
    }
    try {
      await folder.link(this.#temporary, name);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      // NFS says so too when the reply to its first attempt was lost: then the file has two names.
      if ((await this.#file.stat()).nlink !== 2) throw taken(name);
    }
    await folder.unlink(this.#temporary);
  }
}

/** Keeps the component that a long name stands for; it is there before anything has the name. */
export async function keepLongName(
  folder: Folder,
  component: string,
  modules: WriteModules,
): Promise<void> {
  const name = fileNameOf(component);
  if (await exists(folder, longNameFile(name))) return;
  await replaceSmall(folder, longNameFile(name), component, modules);
  await folder.sync();
}

export async function removeIfThere(folder: Folder, name: string): Promise<boolean> {
  try {
    await folder.unlink(name);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function replaceSmall(
  folder: Folder,
  name: string,
  text: string,
  modules: WriteModules,
): Promise<void> {
  const temporary = temporaryName(modules.randomHex());
  const file = await folder.create(temporary);
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await removeIfThere(folder, temporary);
    throw error;
  } finally {
    await file.close();
  }
  await folder.rename(temporary, name);
}

async function exists(folder: Folder, name: string): Promise<boolean> {
  try {
    await folder.stat(name);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function taken(name: string): DmError {
  return new DmError('already_exists', `object "${name}" exists already in its folder`);
}

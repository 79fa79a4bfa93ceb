import { constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { errorCode } from './directory-error.js';

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * An open directory. Everything in it is named through its file descriptor and without following links, so nobody who
 * swaps a name for a symbolic link can lead us out of it. Methods throw the system's own errors.
 */
export class Folder implements AsyncDisposable {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** `path` is the operator's: links in it are followed. */
  static async open(path: string): Promise<Folder> {
    return new Folder(await open(path, DIRECTORY));
  }

  /** Its path for calls of this process, as long as it is open. */
  get path(): string {
    return `/proc/self/fd/${this.#handle.fd}`;
  }

  async child(name: string): Promise<Folder> {
    return new Folder(await open(this.#at(name), DIRECTORY | constants.O_NOFOLLOW));
  }

  /** Like `child`; makes it, durably, where it is missing. */
  async childMade(name: string): Promise<Folder> {
    try {
      return await this.child(name);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    try {
      await mkdir(this.#at(name));
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    await this.sync();
    return await this.child(name);
  }

  openToRead(name: string): Promise<FileHandle> {
    return open(this.#at(name), READ);
  }

  create(name: string): Promise<FileHandle> {
    return open(this.#at(name), CREATE, 0o666);
  }

  stat(name: string) {
    return lstat(this.#at(name), { bigint: true });
  }

  rename(from: string, to: string): Promise<void> {
    return rename(this.#at(from), this.#at(to));
  }

  link(from: string, to: string): Promise<void> {
    return link(this.#at(from), this.#at(to));
  }

  unlink(name: string): Promise<void> {
    return unlink(this.#at(name));
  }

  removeChild(name: string): Promise<void> {
    return rmdir(this.#at(name));
  }

  /** Makes its names survive a power loss. */
  sync(): Promise<void> {
    return this.#handle.sync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle.close();
  }

  #at(name: string): string {
    return `${this.path}/${name}`;
  }
}

/** Opens the folder at the end of `names` below `root`; the caller disposes it. */
export async function openFolder(
  root: Folder,
  names: readonly string[],
  make: boolean,
): Promise<Folder> {
  let folder = root;
  for (const name of names) {
    const parent = folder;
    try {
      folder = make ? await parent.childMade(name) : await parent.child(name);
    } finally {
      if (parent !== root) await parent[Symbol.asyncDispose]();
    }
  }
  return folder === root ? await root.child('.') : folder;
}

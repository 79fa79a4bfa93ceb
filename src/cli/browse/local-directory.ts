import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  type Stats,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { callCode, DmError } from '../../model/error.js';
import { escapePath } from '../../util/escape.js';
import { SparseWriter } from './sparse-writer.js';

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Opens also what nobody may read; Node has no name for it. */
const O_PATH = 0o10000000;
const OWNER = 0o700;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * A directory of the local file system, held open: what is made in it goes there even when somebody
 * replaces its path by a link meanwhile. `shown` is its path in messages.
 */
export class LocalDirectory implements Disposable {
  private constructor(
    private readonly fd: number,
    readonly shown: Buffer,
    /** It was made when it was entered. */
    readonly isNew = false,
  ) {}

  /** Stays this object's to close. */
  get handle(): number {
    return this.fd;
  }

  /** Opens the directory at a path, whose own last component may be a link only if `follow`. */
  static open(path: Buffer, follow: boolean): LocalDirectory {
    const flags = follow ? DIRECTORY & ~constants.O_NOFOLLOW : DIRECTORY;
    return new LocalDirectory(
      attempt(path, () => openSync(path, flags)),
      path,
    );
  }

  /**
   * Opens the directory `name`, making it with `mode` when there is nothing. A link is refused. With
   * `force` the caller gets into a directory of his own whatever its mode says, and that changes then.
   */
  enter(name: Buffer, { shown = this.child(name), mode = 0o777, force = false } = {}) {
    const found = this.look(name);
    if (found === null) attempt(shown, () => mkdirSync(this.path(name), mode));
    else if (found.isSymbolicLink()) throw throughLink(shown);
    else if (!found.isDirectory()) throw exists(shown, 'it is no directory; remove it');
    else if (force && (found.mode & OWNER) !== OWNER && found.uid === process.geteuid?.()) {
      attempt(shown, () => this.unlock(name));
    }
    const fd = attempt(shown, () => openSync(this.path(name), DIRECTORY));
    return new LocalDirectory(fd, shown, found === null);
  }

  /**
   * Makes a file from chunks, with holes for long zeros. Without `force` nothing may be there; with
   * it a file or link there is replaced as a whole at the end. On any error nothing is left behind.
   * The file is nobody else's until `finish` was called with its descriptor.
   */
  async writeFile(
    name: Buffer,
    chunks: AsyncIterable<Uint8Array>,
    force: boolean,
    finish: (fd: number) => void,
  ): Promise<void> {
    const shown = this.child(name);
    this.refuseExisting(name, force);
    const work = force ? temporaryName() : name;
    const fd = attempt(shown, () => openSync(this.path(work), NEW_FILE, 0o600));
    let done = false;
    try {
      const file = new SparseWriter(fd);
      for await (const chunk of chunks) attempt(shown, () => file.write(chunk));
      attempt(shown, () => file.end());
      attempt(shown, () => finish(fd));
      if (force) attempt(shown, () => renameSync(this.path(work), this.path(name)));
      done = true;
    } finally {
      closeSync(fd);
      if (!done) unlinkSync(this.path(work));
    }
  }

  /** Makes a symlink, with `force` in place of a file or link. */
  writeLink(name: Buffer, target: Buffer, force: boolean): void {
    const shown = this.child(name);
    this.refuseExisting(name, force);
    const work = force ? temporaryName() : name;
    attempt(shown, () => symlinkSync(target, this.path(work)));
    if (force) attempt(shown, () => renameSync(this.path(work), this.path(name)));
  }

  /** Sees to it that nothing is at `name`: with `force` a file or link there is removed. */
  makeWay(name: Buffer, force: boolean): void {
    this.refuseExisting(name, force);
    if (this.look(name) === null) return;
    attempt(this.child(name), () => unlinkSync(this.path(name)));
  }

  /** What is at `name`, a link itself and not what it points to; null for nothing. */
  look(name: Buffer): Stats | null {
    return (
      attempt(this.child(name), () => lstatSync(this.path(name), { throwIfNoEntry: false })) ?? null
    );
  }

  child(name: Buffer): Buffer {
    const slash = this.shown.at(-1) === 0x2f ? '' : '/';
    return Buffer.concat([this.shown, Buffer.from(slash), name]);
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }

  /** Gives the owner all rights to the directory `name`. */
  private unlock(name: Buffer): void {
    const fd = openSync(this.path(name), DIRECTORY | O_PATH);
    try {
      chmodSync(`/proc/self/fd/${fd}`, OWNER);
    } finally {
      closeSync(fd);
    }
  }

  private refuseExisting(name: Buffer, force: boolean): void {
    const found = this.look(name);
    if (found === null) return;
    if (found.isDirectory()) throw exists(this.child(name), 'it is a directory; name another');
    if (!force) throw exists(this.child(name), 'give --force to replace it');
  }

  private path(name: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`/proc/self/fd/${this.fd}/`), name]);
  }
}

/** A refusal to write through a link. */
export function throughLink(path: Buffer): DmError {
  return new DmError(
    'refused',
    `${escapePath(path)} is a symbolic link and downloads never go through one; name its target`,
  );
}

function exists(path: Buffer, remedy: string): DmError {
  return new DmError('already_exists', `${escapePath(path)} exists; ${remedy}`);
}

function temporaryName(): Buffer {
  return Buffer.from(`.dm-download-${randomBytes(8).toString('hex')}`);
}

function attempt<T>(path: Buffer, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof DmError) throw error;
    throw localError(path, error);
  }
}

function localError(path: Buffer, error: unknown): DmError {
  const name = escapePath(path);
  const code = error instanceof Error ? callCode(error) : '';
  const cause = { cause: error };
  switch (code) {
    case 'ENOENT':
      return new DmError(
        'not_found',
        `${name}: its directory does not exist; make it first`,
        cause,
      );
    case 'EEXIST':
      return new DmError('already_exists', `${name} exists; give --force to replace it`, cause);
    case 'ENOSPC':
      return new DmError('no_space', `${name}: the file system is full; make room`, cause);
    case 'EDQUOT':
      return new DmError('quota_exceeded', `${name}: the quota is used up; make room`, cause);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new DmError(
        'refused',
        `${name}: you may not write there; choose another place`,
        cause,
      );
    case 'ELOOP':
    case 'ENOTDIR':
      return new DmError('refused', `${name} is no directory; choose another place`, cause);
    default:
      return new DmError(
        'io_error',
        `${name}: ${code || String(error)}; look at the file system`,
        cause,
      );
  }
}

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { normalAbsolute, splitAbsolute } from '../../../model/absolute-path.js';
import { DmError } from '../../../model/error.js';
import { JsonFields } from '../../../model/json-fields.js';
import { syncDirectory, writeDurably } from '../../../util/durable-file.js';
import { tryLock } from '../sys/file-lock.js';
import { isKept, type KeptTree, type LocalTree, type LocalTreeId } from './local-tree.js';
import { TreeDirectory } from './tree-directory.js';
import { createTree, listTrees, recordedTrees } from './tree-list.js';
import { TreeRecordCache } from './tree-record-cache.js';

export const PRIVATE_NAME = '.datamover';
const FORMAT_FILE = 'format.json';
const FORMAT = 1;
const DIRECTORY_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** What of a file system object says which one it is, on one host at one time. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * One `--root`: a directory that datasets may be made of and received into, with
 * the agent's private `.datamover` at its top. Holds both open, so that
 * everything acts on these very directories.
 */
export class DataRoot {
  /** Absolute path as given, without a slash at the end. */
  readonly path: Buffer;
  readonly rootId: string;
  /** Descriptor of the root directory. */
  readonly fd: number;
  /** Descriptor of `.datamover`. */
  readonly privateFd: number;
  readonly identity: FileIdentity;
  readonly privateIdentity: FileIdentity;
  readonly #records = new TreeRecordCache();

  private constructor(path: Buffer, rootId: string, fd: number, privateFd: number) {
    this.path = path;
    this.rootId = rootId;
    this.fd = fd;
    this.privateFd = privateFd;
    this.identity = fstatSync(fd, { bigint: true });
    this.privateIdentity = fstatSync(privateFd, { bigint: true });
  }

  /**
   * Opens a root, making `.datamover` and its record when they are not there. Refuses a root that
   * is missing, is not a directory or is reached through a symlink at its end, and a `.datamover`
   * that is not a directory of ours with mode 0700.
   */
  static open(path: Uint8Array): DataRoot {
    const absolute = normalAbsolute(path);
    const shown = absolute.toString();
    const fd = openDirectory(absolute, shown);
    try {
      const privateFd = openPrivate(fd, shown);
      try {
        return new DataRoot(absolute, prepare(privateFd, shown), fd, privateFd);
      } catch (error) {
        closeSync(privateFd);
        throw error;
      }
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /**
   * Makes this opening of the root the one that serves it, until it is closed: `state_locked` when
   * another agent does. Worker threads open it beside this one and take no lock.
   */
  lock(): void {
    if (tryLock(this.privateFd)) return;
    throw new DmError(
      'state_locked',
      `root ${this.path.toString()} is served by another agent; stop that one, or give each agent roots of its own`,
    );
  }

  /** False when another directory, or none, lies at the path by now. */
  isInPlace(): boolean {
    const seen = lstatSync(this.path, { bigint: true, throwIfNoEntry: false });
    return seen?.dev === this.identity.dev && seen.ino === this.identity.ino;
  }

  /** Throws `io_error` when another directory, or none, lies at the path by now: nobody would find there what is put here. */
  expectInPlace(): void {
    if (this.isInPlace()) return;
    throw new DmError(
      'io_error',
      `root ${this.path.toString()} is not the directory any more that the agent was started with: it was moved, unmounted or mounted over; put it back, or restart the agent when what is there now is meant`,
    );
  }

  /**
   * A path that leads into `.datamover` through the held descriptor,
   * in every thread of this process.
   */
  privatePath(...components: readonly string[]): string {
    return [`/proc/self/fd/${this.privateFd}`, ...components].join('/');
  }

  get treesPath(): string {
    return this.privatePath('trees');
  }

  get pagesPath(): string {
    return this.privatePath('packs', 'pages');
  }

  trees(): { directory: TreeDirectory; tree: KeptTree }[] {
    return listTrees(this.treesPath, this.#records).flatMap(({ directory, tree }) =>
      isKept(tree) ? [{ directory, tree }] : [],
    );
  }

  /** Also those whose records are damaged. */
  treeDirectories(): TreeDirectory[] {
    return recordedTrees(this.treesPath);
  }

  /** Restores that are under way. */
  restores(): { directory: TreeDirectory; tree: LocalTree }[] {
    return listTrees(this.treesPath, this.#records).filter(({ tree }) => tree.role === 'restore');
  }

  treeDirectory(id: LocalTreeId): TreeDirectory {
    return new TreeDirectory(this.treesPath, id);
  }

  createTree(first: Omit<LocalTree, 'localTree'>): { directory: TreeDirectory; tree: LocalTree } {
    return createTree(this.treesPath, first);
  }

  /**
   * Components of an absolute path below this root, [] for the root
   * itself; null when it is not below it.
   */
  relative(absolute: Uint8Array): Buffer[] | null {
    const components = splitAbsolute(absolute);
    const own = splitAbsolute(this.path);
    if (components.length < own.length) return null;
    for (const [index, name] of own.entries()) {
      if (!components[index]?.equals(name)) return null;
    }
    return components.slice(own.length);
  }

  close(): void {
    closeSync(this.privateFd);
    closeSync(this.fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The innermost root that holds `absolute`. Throws `path_outside_roots` when none does. */
export function rootOf(roots: readonly DataRoot[], absolute: Uint8Array): DataRoot {
  let best: DataRoot | null = null;
  for (const root of roots) {
    if (root.relative(absolute) === null) continue;
    if (best === null || root.path.length > best.path.length) best = root;
  }
  if (best === null) {
    const shown = Buffer.from(absolute).toString();
    throw new DmError(
      'path_outside_roots',
      `${shown} lies under no --root of its agent; use a path below one, or start that agent with --root for it`,
      { data: { path: shown } },
    );
  }
  return best;
}

function openDirectory(path: Buffer, shown: string): number {
  try {
    return openSync(path as unknown as string, DIRECTORY_FLAGS);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'ENOENT'
        ? 'does not exist; make it or correct --root'
        : code === 'ENOTDIR' || code === 'ELOOP'
          ? 'is not a directory, or is a symlink; give the real directory as --root'
          : `cannot be opened (${code}); check its permissions`;
    throw new DmError('invalid_config', `root ${shown} ${reason}`, { cause: error });
  }
}

function openPrivate(rootFd: number, shown: string): number {
  const path = `/proc/self/fd/${rootFd}/${PRIVATE_NAME}`;
  try {
    mkdirSync(path, { mode: 0o700 });
    syncDirectory(`/proc/self/fd/${rootFd}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  let fd: number;
  try {
    fd = openSync(path, DIRECTORY_FLAGS);
  } catch (error) {
    throw new DmError(
      'unsafe_permissions',
      `${shown}/${PRIVATE_NAME} is not a directory (${(error as NodeJS.ErrnoException).code}); move it away`,
      { cause: error },
    );
  }
  const stat = fstatSync(fd);
  if (stat.uid !== process.geteuid?.() || (stat.mode & 0o077) !== 0) {
    closeSync(fd);
    throw new DmError(
      'unsafe_permissions',
      `${shown}/${PRIVATE_NAME} is not ours with mode 0700; chown and chmod it, or move it away`,
    );
  }
  return fd;
}

/** Makes what is missing below `.datamover`; returns the root's id. */
function prepare(privateFd: number, shown: string): string {
  const directory = `/proc/self/fd/${privateFd}`;
  for (const path of ['packs', 'packs/pages', 'trees']) {
    mkdirSync(`${directory}/${path}`, { recursive: true, mode: 0o700 });
  }
  syncDirectory(`${directory}/packs`);
  const file = `${directory}/${FORMAT_FILE}`;
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    const rootId = randomBytes(16).toString('hex');
    writeDurably(directory, FORMAT_FILE, JSON.stringify({ format: FORMAT, rootId }));
  }
  const what = `${shown}/${PRIVATE_NAME}/${FORMAT_FILE}`;
  const fields = JsonFields.parse(what, readFileSync(file, 'utf8'), FORMAT);
  const rootId = fields.text('rootId');
  if (!/^[0-9a-f]{32}$/.test(rootId)) throw fields.wrong('rootId is not 32 hex digits');
  return rootId;
}

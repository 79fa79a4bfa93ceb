import { execFileSync } from 'node:child_process';
import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { childPath } from '../child-path.js';
import { extendedAttributes } from '../extended-attributes.js';
import { bytesOf, metadataOf, readTree } from './read-tree.js';
import {
  childOf,
  type InodeKind,
  isWithin,
  type ModelInode,
  type ModelTree,
  parentOf,
} from './tree-model.js';

const NOTHING = Buffer.alloc(0);
/** Odd ones among them: no UTF-8, a line break, one like an option, the longest. */
const NAMES: readonly string[] = [
  ...['a', 'b', 'c', 'File', 'file', 'document.txt', 'directory', '-rf', ' ', 'back\\slash'],
  ...['\xff\xfe\x01', 'line\nbreak', '\xc3\xa4', 'a\xcc\x88', 'n'.repeat(255)],
];
/** System calls take 4,095 bytes, and the root's own path is in front. */
const LONGEST_PATH = 2_000;

/**
 * A tree on disk and, beside it, what must be there by now. Names, bytes, links, targets and
 * devices are known from what was done; modes, owners, times and attributes of what was touched are
 * asked of the file system, which has its own rules for them.
 */
export class EditedTree {
  readonly root: string;
  readonly #inodes: Map<string, ModelInode>;

  private constructor(root: string, state: ModelTree) {
    this.root = root;
    this.#inodes = new Map(state);
  }

  /** Makes the root, which must not exist. */
  static create(root: string): EditedTree {
    mkdirSync(root);
    return EditedTree.open(root);
  }

  /** Over what is there. */
  static open(root: string): EditedTree {
    return new EditedTree(root, readTree(root));
  }

  get state(): ModelTree {
    return this.#inodes;
  }

  /** The path that a number chooses among those that will do; null when none does. */
  pick(choice: number, willDo: (inode: ModelInode, path: string) => boolean): string | null {
    const paths = [...this.#inodes].filter(([path, inode]) => willDo(inode, path));
    return paths[choice % Math.max(1, paths.length)]?.[0] ?? null;
  }

  /** A name in some directory, free or not. */
  place(choice: number): string | null {
    const directory = this.pick(choice, ({ kind }) => kind === 'directory') ?? '';
    const name = NAMES[Math.floor(choice / 64) % NAMES.length] ?? '';
    const path = childOf(directory, name);
    return path.length > LONGEST_PATH ? null : path;
  }

  inode(path: string): ModelInode {
    const inode = this.#inodes.get(path);
    if (inode === undefined) throw new Error(`the model has no ${path}`);
    return inode;
  }

  has(path: string): boolean {
    return this.#inodes.has(path);
  }

  makeFile(path: string, content: Buffer): void {
    writeFileSync(this.bytes(path), content, { flag: 'wx' });
    this.#add(path, 'file', { content });
    this.#look([path, parentOf(path)]);
  }

  makeDirectory(path: string): void {
    mkdirSync(this.bytes(path));
    this.#add(path, 'directory');
    this.#look([path, parentOf(path)]);
  }

  makeSymlink(path: string, target: string): void {
    symlinkSync(Buffer.from(target, 'latin1'), this.bytes(path));
    this.#add(path, 'symlink', { target });
    this.#look([path, parentOf(path)]);
  }

  /** `command` makes it at the path that it is followed by. */
  makeSpecial(path: string, kind: InodeKind, command: string, after = ''): void {
    this.#shell(`${command} ${childPath(this.bytes(path))} ${after}`);
    const { rdev } = lstatSync(this.bytes(path), { bigint: true });
    this.#add(path, kind, { device: kind === 'fifo' || kind === 'socket' ? 0n : rdev });
    this.#look([path, parentOf(path)]);
  }

  /** Changes a file's bytes by `act`, after which they are `content`. */
  write(path: string, content: Buffer, act: (at: Buffer) => void): void {
    act(this.bytes(path));
    this.inode(path).content = content;
    this.#look([path]);
  }

  /**
   * Runs a command on an entry that changes nothing but its metadata; the path is put behind it.
   */
  change(path: string, command: string): void {
    this.#shell(`${command} ${childPath(this.bytes(path))}`);
    this.#look([path]);
  }

  /** Writes into a file, from an offset that may lie behind its end. */
  writeAt(path: string, offset: number, bytes: Buffer): void {
    const { content } = this.inode(path);
    const after = Buffer.alloc(Math.max(content.length, offset + bytes.length));
    content.copy(after);
    bytes.copy(after, offset);
    this.write(path, after, (at) => {
      const fd = openSync(at, 'r+');
      writeSync(fd, bytes, 0, bytes.length, offset);
      closeSync(fd);
    });
  }

  /** To a new file, of the same extents where the file system can share them. */
  copy(from: string, to: string): void {
    const paths = [from, to].map((path) => childPath(this.bytes(path)));
    this.#shell(`cp --reflink=auto -- ${paths.join(' ')}`);
    this.#add(to, 'file', { content: this.inode(from).content });
    this.#look([to, parentOf(to)]);
  }

  link(from: string, to: string): void {
    linkSync(this.bytes(from), this.bytes(to));
    this.#inodes.set(to, this.inode(from));
    this.#look([to, parentOf(to)]);
  }

  /** As rename(2): over what is there, and of two names of one inode nothing happens. */
  rename(from: string, to: string): void {
    const moved = this.inode(from);
    renameSync(this.bytes(from), this.bytes(to));
    if (this.#inodes.get(to) === moved) return;
    this.#inodes.delete(to);
    for (const [path, inode] of [...this.#inodes]) {
      if (!isWithin(path, from)) continue;
      this.#inodes.delete(path);
      this.#inodes.set(to + path.slice(from.length), inode);
    }
    this.#look([to, parentOf(from), parentOf(to)]);
  }

  /** Whatever it is, with everything below. */
  remove(path: string): void {
    const below = [...this.#inodes.keys()].filter((other) => isWithin(other, path));
    if (this.inode(path).kind !== 'directory') unlinkSync(this.bytes(path));
    else if (below.length === 1) rmdirSync(this.bytes(path));
    else this.#shell(`rm -r -- ${childPath(this.bytes(path))}`);
    for (const gone of below) this.#inodes.delete(gone);
    this.#look([parentOf(path)]);
  }

  bytes(path: string): Buffer {
    return bytesOf(this.root, path);
  }

  /** Takes it off the disk. */
  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #add(path: string, kind: InodeKind, known: Partial<ModelInode> = {}): void {
    const unknown = { mode: 0, uid: 0, gid: 0, mtimeNs: 0n, xattrs: '' };
    const empty = { content: NOTHING, target: '', device: 0n };
    this.#inodes.set(path, { kind, ...empty, ...unknown, ...known });
  }

  /** Takes over what the file system decided for the entries that were touched. */
  #look(paths: readonly string[]): void {
    const attributes = extendedAttributes(this.root);
    for (const path of paths) {
      const stat = lstatSync(this.bytes(path), { bigint: true });
      Object.assign(this.inode(path), metadataOf(stat), { xattrs: attributes.get(path) ?? '' });
    }
  }

  #shell(script: string): void {
    execFileSync('bash', ['-c', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

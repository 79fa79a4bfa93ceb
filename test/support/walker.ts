import { execFileSync } from 'node:child_process';
import {
  type BigIntStats,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { childPath } from './child-path.js';
import { dataRanges, dataRuns } from './data-runs.js';
import { extendedAttributes } from './extended-attributes.js';

export interface TreeDifference {
  /** Path below the roots, with bytes outside printable ASCII as \xNN; "." is the root. */
  readonly path: string;
  /**
   * `missing`, `extra`, `type`, `mode`, `owner`, `size`, `mtime`, `target`, `device`,
   * `xattrs`, `content`, `holes`, `links`, `flags`.
   */
  readonly what: string;
  readonly left: string;
  readonly right: string;
}

export interface CompareOptions {
  /** Names left out at the top of either tree. */
  readonly ignoreTop?: readonly string[];
  /** Compare where the holes are; off when the file systems allocate differently. Default true. */
  readonly holes?: boolean;
  /** Read only what one of the two sides has as data: for files with terabytes of holes. Default false. */
  readonly dataOnly?: boolean;
  /** Compare extended attributes and ACLs. Default true. */
  readonly xattrs?: boolean;
  /** Compare inode flags by lsattr, one child process per file: small trees only. Default false. */
  readonly flags?: boolean;
  /** Compare the metadata of the two roots themselves. Default true. */
  readonly root?: boolean;
}

/**
 * Both sides of one name; each path is `/proc/self/fd/<parent>/<name>` so that depth has no limit.
 */
interface Pair {
  readonly path: Buffer;
  readonly left: Buffer;
  readonly right: Buffer;
}

/**
 * Compares two directory trees with means of its own (node:fs and getfattr, lsattr, xfs_io): an
 * independent witness that shares no code with the program. Yields differences as they are found;
 * memory grows with the widest directory and the number of hard links only.
 */
export function* compareTrees(
  leftRoot: string,
  rightRoot: string,
  options: CompareOptions = {},
): Generator<TreeDifference, void, void> {
  const comparer = new TreeComparer(leftRoot, rightRoot, options);
  yield* comparer.run();
}

/** First differences, printable; empty when the trees are the same. */
export function differences(left: string, right: string, options: CompareOptions = {}): string[] {
  const found: string[] = [];
  for (const one of compareTrees(left, right, options)) {
    found.push(`${one.path}: ${one.what} ${one.left} != ${one.right}`);
    if (found.length === 50) break;
  }
  return found;
}

class TreeComparer {
  readonly #options: CompareOptions;
  readonly #roots: readonly [string, string];
  readonly #xattrs: readonly [Map<string, string>, Map<string, string>];
  readonly #rightOfLeft = new Map<string, string>();
  readonly #leftOfRight = new Map<string, string>();

  constructor(left: string, right: string, options: CompareOptions) {
    this.#options = options;
    this.#roots = [left, right];
    const wanted = options.xattrs !== false;
    this.#xattrs = [
      wanted ? extendedAttributes(left) : new Map(),
      wanted ? extendedAttributes(right) : new Map(),
    ];
  }

  *run(): Generator<TreeDifference, void, void> {
    const [left, right] = this.#roots.map((root) => Buffer.from(root)) as [Buffer, Buffer];
    const pair = { path: Buffer.alloc(0), left, right };
    if (this.#options.root !== false) yield* this.#metadata(pair, stat(left), stat(right));
    yield* this.#directory(pair);
  }

  *#directory(pair: Pair): Generator<TreeDifference, void, void> {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    const leftFd = openSync(pair.left, flags);
    const rightFd = openSync(pair.right, flags);
    try {
      const left = this.#names(leftFd, pair.path);
      const right = this.#names(rightFd, pair.path);
      let i = 0;
      let j = 0;
      while (i < left.length || j < right.length) {
        const a = left[i];
        const b = right[j];
        const order = a === undefined ? 1 : b === undefined ? -1 : a.compare(b);
        const name = order <= 0 ? a : b;
        if (name === undefined) break;
        const path = pair.path.length === 0 ? name : Buffer.concat([pair.path, SLASH, name]);
        if (order < 0) yield difference(path, 'missing', 'present', 'absent');
        else if (order > 0) yield difference(path, 'extra', 'absent', 'present');
        else yield* this.#entry({ path, left: below(leftFd, name), right: below(rightFd, name) });
        if (order <= 0) i++;
        if (order >= 0) j++;
      }
    } finally {
      closeSync(leftFd);
      closeSync(rightFd);
    }
  }

  #names(fd: number, path: Buffer): Buffer[] {
    const names = readdirSync(`/proc/self/fd/${fd}`, { encoding: 'buffer' });
    const ignored = path.length === 0 ? (this.#options.ignoreTop ?? []) : [];
    const kept = names.filter((name) => !ignored.includes(name.toString('latin1')));
    return kept.sort((a, b) => a.compare(b));
  }

  *#entry(pair: Pair): Generator<TreeDifference, void, void> {
    const left = stat(pair.left);
    const right = stat(pair.right);
    if ((left.mode & TYPE_BITS) !== (right.mode & TYPE_BITS)) {
      yield difference(pair.path, 'type', left.mode.toString(8), right.mode.toString(8));
      return;
    }
    yield* this.#metadata(pair, left, right);
    if (left.isDirectory()) yield* this.#directory(pair);
    else yield* this.#links(pair.path, left, right);
    if (left.isFile()) yield* this.#content(pair, left, right);
    if (left.isSymbolicLink()) {
      const a = readlinkSync(pair.left, { encoding: 'buffer' });
      const b = readlinkSync(pair.right, { encoding: 'buffer' });
      if (!a.equals(b)) yield difference(pair.path, 'target', printable(a), printable(b));
    }
  }

  *#metadata(pair: Pair, left: BigIntStats, right: BigIntStats) {
    const { path } = pair;
    if (left.mode !== right.mode) {
      yield difference(path, 'mode', left.mode.toString(8), right.mode.toString(8));
    }
    if (left.uid !== right.uid || left.gid !== right.gid) {
      yield difference(path, 'owner', `${left.uid}:${left.gid}`, `${right.uid}:${right.gid}`);
    }
    if (left.mtimeNs !== right.mtimeNs) {
      yield difference(path, 'mtime', `${left.mtimeNs}`, `${right.mtimeNs}`);
    }
    if (left.isFile() && left.size !== right.size) {
      yield difference(path, 'size', `${left.size}`, `${right.size}`);
    }
    const device = left.isBlockDevice() || left.isCharacterDevice();
    if (device && left.rdev !== right.rdev) {
      yield difference(path, 'device', `${left.rdev}`, `${right.rdev}`);
    }
    const key = path.toString('latin1');
    const a = this.#xattrs[0].get(key) ?? '';
    const b = this.#xattrs[1].get(key) ?? '';
    if (a !== b) yield difference(path, 'xattrs', a, b);
    if (this.#options.flags === true && (left.isFile() || left.isDirectory())) {
      const c = inodeFlags(pair.left);
      const d = inodeFlags(pair.right);
      if (c !== d) yield difference(path, 'flags', c, d);
    }
  }

  /** Names of one inode on the left must be names of one inode on the right, and the reverse. */
  *#links(path: Buffer, left: BigIntStats, right: BigIntStats) {
    if (left.nlink === 1n && right.nlink === 1n) return;
    const a = `${left.dev}:${left.ino}`;
    const b = `${right.dev}:${right.ino}`;
    const expectedRight = this.#rightOfLeft.get(a) ?? b;
    const expectedLeft = this.#leftOfRight.get(b) ?? a;
    this.#rightOfLeft.set(a, expectedRight);
    this.#leftOfRight.set(b, expectedLeft);
    if (expectedRight !== b || expectedLeft !== a) {
      yield difference(path, 'links', `${a} (${left.nlink})`, `${b} (${right.nlink})`);
    }
  }

  *#content(pair: Pair, left: BigIntStats, right: BigIntStats) {
    if (left.size !== right.size) return;
    const { dataOnly = false } = this.#options;
    const ranges = dataOnly
      ? [...dataRanges(pair.left), ...dataRanges(pair.right)]
      : [[0, Number(left.size)] as const];
    const at = firstDifferentByte(pair.left, pair.right, ranges);
    if (at !== null) yield difference(pair.path, 'content', `at ${at}`, `of ${left.size}`);
    const sparse = left.blocks * 512n < left.size || right.blocks * 512n < right.size;
    if (sparse && this.#options.holes !== false) {
      const a = dataRuns(pair.left);
      const b = dataRuns(pair.right);
      if (a !== b) yield difference(pair.path, 'holes', a, b);
    }
  }
}

const SLASH = Buffer.from('/');
const TYPE_BITS = 0o170000n;
const CHUNK = 1 << 20;
const leftChunk = Buffer.alloc(CHUNK);
const rightChunk = Buffer.alloc(CHUNK);

function stat(path: Buffer): BigIntStats {
  return lstatSync(path, { bigint: true });
}

function below(fd: number, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), name]);
}

function firstDifferentByte(
  left: Buffer,
  right: Buffer,
  ranges: readonly (readonly [from: number, to: number])[],
): number | null {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  const a = openSync(left, flags);
  const b = openSync(right, flags);
  try {
    for (const [from, to] of ranges) {
      for (let at = from; at < to; ) {
        const want = Math.min(CHUNK, to - at);
        const got = readSync(a, leftChunk, 0, want, at);
        const other = readSync(b, rightChunk, 0, want, at);
        const common = Math.min(got, other);
        if (!leftChunk.subarray(0, common).equals(rightChunk.subarray(0, common))) {
          let same = 0;
          while (leftChunk[same] === rightChunk[same]) same++;
          return at + same;
        }
        if (got !== other || got === 0) return at + common;
        at += got;
      }
    }
    return null;
  } finally {
    closeSync(a);
    closeSync(b);
  }
}

function inodeFlags(path: Buffer): string {
  const script = `lsattr -d -- ${childPath(path)}`;
  const output = execFileSync('bash', ['-c', script], { encoding: 'latin1' });
  // Where the bytes lie (extents, inline, a hash index) is the file system's own business.
  return (output.split(' ')[0] ?? '').replace(/[eINV]/g, '-');
}

function difference(path: Buffer, what: string, left: string, right: string): TreeDifference {
  return { path: path.length === 0 ? '.' : printable(path), what, left, right };
}

function printable(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}

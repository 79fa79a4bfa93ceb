import type { FileType } from '../../../model/inode.js';
import { scanDirectory } from '../sys/readdir.js';

const TYPES: readonly (FileType | null)[] = [
  null,
  'file',
  'dir',
  'symlink',
  'fifo',
  'socket',
  'char',
  'block',
];
const PREFIX_BYTES = 6;

/** Memory that is kept from one directory to the next. */
const KEPT_ENTRIES = 16_384;

/**
 * The entries of one directory in the order of their names' bytes, packed: a directory of a million entries
 * takes about 40 MB and no object for each. Made once and used for one directory after the other.
 */
export class DirectoryListing {
  #names = Buffer.alloc(0);
  #namesEnd = 0;
  #offsets = new Uint32Array(0);
  /** The first six bytes of each name as a number that sorts as they do. */
  #prefixes = new Float64Array(0);
  #types = new Uint8Array(0);
  #order: Uint32Array = new Uint32Array(0);
  #count = 0;

  constructor() {
    this.#forget();
  }

  /** Reads the directory that `fd` holds, from its start; what was read before is gone. */
  read(fd: number): void {
    this.trim();
    this.#namesEnd = 0;
    scanDirectory(fd, (bytes, start, end, type) => this.#add(bytes, start, end, type));
    this.#sort();
  }

  /** Gives back what a large directory took. */
  trim(): void {
    if (this.#types.length > KEPT_ENTRIES) this.#forget();
    this.#count = 0;
  }

  get count(): number {
    return this.#count;
  }

  /** A view; valid until the next directory is read. */
  name(index: number): Buffer {
    const slot = this.#order[index] ?? 0;
    return this.#names.subarray(this.#offsets[slot], this.#offsets[slot + 1]);
  }

  /** Null where the file system does not tell. */
  type(index: number): FileType | null {
    return TYPES[this.#types[this.#order[index] ?? 0] ?? 0] ?? null;
  }

  #add(bytes: Buffer, start: number, end: number, type: FileType | null): void {
    const slot = this.#count;
    const length = end - start;
    if (slot === this.#types.length) this.#growEntries();
    if (this.#namesEnd + length > this.#names.length) this.#growNames(length);
    for (let i = 0; i < length; i++) this.#names[this.#namesEnd + i] = bytes[start + i] as number;
    this.#prefixes[slot] = prefixOf(this.#names, this.#namesEnd, length);
    this.#namesEnd += length;
    this.#offsets[slot + 1] = this.#namesEnd;
    this.#types[slot] = type === null ? 0 : TYPES.indexOf(type);
    this.#count++;
  }

  #forget(): void {
    this.#names = Buffer.allocUnsafe(4096);
    this.#offsets = new Uint32Array(257);
    this.#prefixes = new Float64Array(256);
    this.#types = new Uint8Array(256);
    this.#order = new Uint32Array(0);
  }

  #growEntries(): void {
    const length = this.#types.length * 2;
    const offsets = new Uint32Array(length + 1);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
    const prefixes = new Float64Array(length);
    prefixes.set(this.#prefixes);
    this.#prefixes = prefixes;
    const types = new Uint8Array(length);
    types.set(this.#types);
    this.#types = types;
  }

  #growNames(bytes: number): void {
    const names = Buffer.allocUnsafe(Math.max(this.#names.length * 2, this.#namesEnd + bytes));
    this.#names.copy(names, 0, 0, this.#namesEnd);
    this.#names = names;
  }

  #sort(): void {
    const order = new Uint32Array(this.#count);
    for (let slot = 0; slot < order.length; slot++) order[slot] = slot;
    const prefixes = this.#prefixes;
    this.#order = order.sort((a, b) => {
      const difference = (prefixes[a] ?? 0) - (prefixes[b] ?? 0);
      return difference === 0 ? this.#compareRest(a, b) : difference;
    });
  }

  #compareRest(a: number, b: number): number {
    const names = this.#names;
    const offsets = this.#offsets;
    const endA = offsets[a + 1] ?? 0;
    const endB = offsets[b + 1] ?? 0;
    let atA = (offsets[a] ?? 0) + PREFIX_BYTES;
    let atB = (offsets[b] ?? 0) + PREFIX_BYTES;
    while (atA < endA && atB < endB) {
      const difference = (names[atA++] ?? 0) - (names[atB++] ?? 0);
      if (difference !== 0) return difference;
    }
    return endA - (offsets[a] ?? 0) - (endB - (offsets[b] ?? 0));
  }
}

/** Names hold no zero bytes, so that zeros may stand for what a short name lacks. */
function prefixOf(names: Buffer, start: number, length: number): number {
  let prefix = 0;
  for (let i = 0; i < PREFIX_BYTES; i++) {
    prefix = prefix * 256 + (i < length ? (names[start + i] as number) : 0);
  }
  return prefix;
}

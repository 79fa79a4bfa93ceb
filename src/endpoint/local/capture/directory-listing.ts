import type { FileType } from '../../../model/inode.js';
import { readDirectory } from '../sys/readdir.js';

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

/**
 * The entries of one directory in the order of their names' bytes, packed: a directory of a million entries
 * takes about 40 MB and no object for each.
 */
export class DirectoryListing {
  #names = Buffer.allocUnsafe(1024);
  #namesEnd = 0;
  #offsets = new Uint32Array(65);
  /** The first six bytes of each name as a number that sorts as they do. */
  #prefixes = new Float64Array(64);
  #inos = new BigUint64Array(64);
  #types = new Uint8Array(64);
  #order: Uint32Array = new Uint32Array(0);
  #count = 0;

  /** Reads the directory that `fd` holds, from its start. */
  static read(fd: number): DirectoryListing {
    const listing = new DirectoryListing();
    for (const batch of readDirectory(fd)) {
      for (const { name, ino, type } of batch) listing.#add(name, ino, type);
    }
    listing.#sort();
    return listing;
  }

  get count(): number {
    return this.#count;
  }

  /** A view; valid as long as the listing. */
  name(index: number): Buffer {
    const slot = this.#order[index] ?? 0;
    return this.#names.subarray(this.#offsets[slot], this.#offsets[slot + 1]);
  }

  ino(index: number): bigint {
    return this.#inos[this.#order[index] ?? 0] ?? 0n;
  }

  /** Null where the file system does not tell. */
  type(index: number): FileType | null {
    return TYPES[this.#types[this.#order[index] ?? 0] ?? 0] ?? null;
  }

  #add(name: Buffer, ino: bigint, type: FileType | null): void {
    const slot = this.#count;
    if (slot === this.#inos.length) this.#growEntries();
    if (this.#namesEnd + name.length > this.#names.length) this.#growNames(name.length);
    this.#names.set(name, this.#namesEnd);
    this.#namesEnd += name.length;
    this.#offsets[slot + 1] = this.#namesEnd;
    this.#prefixes[slot] = prefixOf(name);
    this.#inos[slot] = ino;
    this.#types[slot] = type === null ? 0 : TYPES.indexOf(type);
    this.#count++;
  }

  #growEntries(): void {
    const length = this.#inos.length * 2;
    const offsets = new Uint32Array(length + 1);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
    const prefixes = new Float64Array(length);
    prefixes.set(this.#prefixes);
    this.#prefixes = prefixes;
    const inos = new BigUint64Array(length);
    inos.set(this.#inos);
    this.#inos = inos;
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
function prefixOf(name: Buffer): number {
  if (name.length >= PREFIX_BYTES) return name.readUIntBE(0, PREFIX_BYTES);
  return name.readUIntBE(0, name.length) * 256 ** (PREFIX_BYTES - name.length);
}

import { ExternalSorter } from '../../../catalog/external-sorter.js';
import type { Mutation } from '../../../catalog/map-types.js';
import {
  decodeException,
  type ExceptionRecord,
  encodeException,
} from '../../../catalog/maps/exceptions.js';
import { encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { encodeInoKey, encodeInoValue } from '../../../catalog/maps/inode-index.js';
import type { Gfid } from '../../../model/ids.js';
import { MutationSpill } from './mutation-spill.js';

const SORT_BYTES = 8 * 1024 * 1024;
const EXCEPTION_BYTES = 1024 * 1024;
/** Failures at hand; all of them are in a file. */
const MAX_FAILURES = 1000;
const REMOVE = 0;
const PUT = 1;

export interface ScanFailure {
  /** Path below the base, components joined by "/". */
  readonly path: Uint8Array;
  readonly code: string;
  readonly message: string;
}

/**
 * What turns the maps of the previous dataset and the bindings into those of the tree as it was found: one list of
 * mutations for each map, in key order, for applyMutations. Exceptions replace the former ones.
 */
export class ScanResult implements Disposable {
  readonly inodes: MutationSpill;
  readonly links: MutationSpill;
  readonly side: MutationSpill;
  readonly bindings: MutationSpill;
  readonly #exceptions: ExternalSorter;
  readonly #index: ExternalSorter;
  readonly #content: ExternalSorter;
  /** Contents that were captured for nothing: their file was gone from all its names in the end. */
  readonly orphans = new Map<Gfid, bigint>();
  readonly #failed: MutationSpill;
  /** The first 1,000. */
  readonly failures: ScanFailure[] = [];
  /** What is added to the bytes of the previous dataset. */
  bytesDelta = 0n;
  /** Inodes that are gone. */
  removed = 0;
  /** Regular files with a new version. */
  changedFiles = 0;

  constructor(scratch: string) {
    this.inodes = new MutationSpill(`${scratch}/inodes`);
    this.links = new MutationSpill(`${scratch}/links`);
    this.side = new MutationSpill(`${scratch}/side`);
    this.bindings = new MutationSpill(`${scratch}/bindings`);
    this.#failed = new MutationSpill(`${scratch}/failed`);
    this.#exceptions = new ExternalSorter({ directory: scratch, memoryBytes: EXCEPTION_BYTES });
    this.#index = new ExternalSorter({ directory: scratch, memoryBytes: SORT_BYTES });
    this.#content = new ExternalSorter({ directory: scratch, memoryBytes: SORT_BYTES });
  }

  addFailure(failure: ScanFailure): void {
    const { path, code, message } = failure;
    this.#failed.add(path, encodeException({ code, message: Buffer.from(message) }));
    if (this.failures.length < MAX_FAILURES) this.failures.push(failure);
  }

  /** All of them, a bounded number at a time. */
  *allFailures(): Generator<ScanFailure[], void> {
    for (const batch of this.#failed.read()) {
      yield batch.flatMap(({ key, value }) => {
        if (value === null) return [];
        const { code, message } = decodeException(value);
        return [{ path: key, code, message: Buffer.from(message).toString() }];
      });
    }
  }

  /** What the dataset lacks of an inode that is part of it; of several the last is noted. */
  addException(gfid: Gfid, exception: ExceptionRecord): void {
    this.#exceptions.add(encodeGfidKey(gfid), encodeException(exception));
  }

  bindInode(ino: bigint, gfid: Gfid): void {
    this.#index.add(withKind(encodeInoKey(ino), PUT), encodeInoValue(gfid));
  }

  /** The number may have been given to another inode meanwhile: that one's `bindInode` wins. */
  releaseInode(ino: bigint): void {
    this.#index.add(withKind(encodeInoKey(ino), REMOVE), null);
  }

  putLeaf(key: Uint8Array, value: Uint8Array): void {
    this.#content.add(withKind(key, PUT), value);
  }

  /** Takes back a `putLeaf`: that attempt came to nothing. */
  forgetLeaf(key: Uint8Array): void {
    this.#content.add(withKind(key, PUT), null);
  }

  /** A leaf of a former version; `putLeaf` of the same leaf wins. */
  removeLeaf(key: Uint8Array): void {
    this.#content.add(withKind(key, REMOVE), null);
  }

  inodeIndex(signal: AbortSignal): AsyncIterable<Mutation[]> {
    return lastOfEachKey(this.#index.sorted(signal));
  }

  exceptions(signal: AbortSignal): AsyncIterable<Mutation[]> {
    return this.#exceptions.sorted(signal);
  }

  content(signal: AbortSignal): AsyncIterable<Mutation[]> {
    return lastOfEachKey(this.#content.sorted(signal), this.orphans);
  }

  [Symbol.dispose](): void {
    for (const one of [this.inodes, this.links, this.side, this.bindings]) {
      one[Symbol.dispose]();
    }
    this.#failed[Symbol.dispose]();
    this.#exceptions[Symbol.dispose]();
    this.#index[Symbol.dispose]();
    this.#content[Symbol.dispose]();
  }
}

function withKind(key: Uint8Array, kind: number): Buffer {
  return Buffer.concat([key, Buffer.of(kind)]);
}

/** Takes the kind off the keys; of a removal and a put of one key, the put is left. A put that was taken back is none. */
async function* lastOfEachKey(
  sorted: AsyncIterable<Mutation[]>,
  without?: ReadonlyMap<Gfid, bigint>,
): AsyncGenerator<Mutation[], void> {
  let held: { key: Buffer; value: Uint8Array | null } | null = null;
  for await (const batch of sorted) {
    const out: Mutation[] = [];
    for (const { key, value } of batch) {
      const plain = Buffer.from(key.subarray(0, -1));
      if (key.at(-1) === PUT && value === null) continue;
      if (without !== undefined && without.size > 0 && value !== null) {
        if (without.has(plain.readBigUInt64BE(0) as Gfid)) continue;
      }
      if (held !== null && !held.key.equals(plain)) out.push(held);
      held = { key: plain, value };
    }
    if (out.length > 0) yield out;
  }
  if (held !== null) yield [held];
}

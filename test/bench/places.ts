import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FilesystemKind, mountFilesystem } from '../support/filesystems.js';

/** A file system of its own in memory, or a directory below TMPDIR: on a real disk, unless that is in memory too. */
export type PlaceKind = FilesystemKind | 'disk';

export interface BenchPlacesOptions {
  readonly source: PlaceKind;
  readonly target: PlaceKind;
  /** Of the input. */
  readonly sizeMiB: number;
  /** Copies that are at the target at one time. */
  readonly copies: number;
  /** A btrfs beside the target, for what only goes from btrfs to btrfs. */
  readonly isSending: boolean;
}

interface Place extends Disposable {
  readonly kind: PlaceKind;
  readonly path: string;
}

const SLACK_MIB = 2_048;

/** Where the inputs of a benchmark lie, and where copies of them go. */
export class BenchPlaces implements Disposable {
  readonly #source: Place;
  readonly #target: Place;
  readonly #received: Place | null;

  constructor({ source, target, sizeMiB, copies, isSending }: BenchPlacesOptions) {
    // Without snapshots each round has a copy of the input, and ext4 a further one for each dataset.
    const sources = source === 'btrfs' ? 2 : source === 'ext4' ? 6 : 4;
    this.#source = openPlace(source, sources * sizeMiB + SLACK_MIB);
    this.#target = openPlace(target, (copies + 1) * sizeMiB + SLACK_MIB);
    this.#received = isSending ? openPlace('btrfs', 2 * sizeMiB + SLACK_MIB) : null;
  }

  get target(): string {
    return this.#target.path;
  }

  /** Where `btrfs receive` makes its subvolumes. */
  get received(): string {
    if (this.#received === null) throw new Error('nothing is sent in this benchmark');
    return this.#received.path;
  }

  /** Makes the input by `make`, which gets the path of a tree that is not there yet. */
  makeInput(make: (into: string) => void): void {
    const input = join(this.#source.path, 'input');
    if (this.#source.kind === 'btrfs') btrfs('subvolume', 'create', input);
    else mkdirSync(input);
    make(join(input, 'tree'));
    this.sync();
  }

  /** A source of this round alone: a data root, and the tree in it, in a subvolume of its own on btrfs. */
  sourceOf(round: number): { readonly root: string; readonly tree: string } {
    const root = join(this.#source.path, `round-${round}`);
    const volume = join(root, 'volume');
    const input = join(this.#source.path, 'input');
    mkdirSync(root);
    if (this.#source.kind === 'btrfs') btrfs('subvolume', 'snapshot', input, volume);
    else execFileSync('cp', ['-a', '--reflink=auto', input, volume]);
    this.sync();
    return { root, tree: join(volume, 'tree') };
  }

  /** What the round had at its source goes; on btrfs it costs next to nothing, and snapshots may be in use. */
  dropSource(round: number): void {
    if (this.#source.kind === 'btrfs') return;
    rmSync(join(this.#source.path, `round-${round}`), { recursive: true, force: true });
  }

  sync(): void {
    execFileSync('sync', ['-f', this.#source.path]);
  }

  /** Nobody finds in memory what another has read. */
  forget(): void {
    execFileSync('sync', ['-f', this.#target.path]);
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  }

  /** Gives the memory of a copy back too. */
  removeCopy(path: string): void {
    rmSync(path, { recursive: true, force: true });
    if (this.#target.kind !== 'disk') execFileSync('fstrim', [this.#target.path]);
  }

  [Symbol.dispose](): void {
    for (const place of [this.#source, this.#target, this.#received]) place?.[Symbol.dispose]();
  }
}

function openPlace(kind: PlaceKind, sizeMiB: number): Place {
  if (kind !== 'disk') {
    const filesystem = mountFilesystem(kind, sizeMiB);
    // The comparison after each copy reads everything, which is not to count as a change of every inode.
    execFileSync('mount', ['-o', 'remount,noatime', filesystem.path]);
    const unmount = (): void => filesystem.unmount();
    return { kind, path: filesystem.path, [Symbol.dispose]: unmount };
  }
  const path = mkdtempSync(join(tmpdir(), 'dm-bench-'));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  return { kind, path, [Symbol.dispose]: remove };
}

export function btrfs(...words: readonly string[]): void {
  execFileSync('btrfs', ['-q', ...words]);
}

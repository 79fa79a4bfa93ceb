import type { Catalog } from '../../../catalog/catalog.js';
import type { MapReader } from '../../../catalog/map-reader.js';
import type { Gfid } from '../../../model/ids.js';
import type { FileIdentity } from '../layout/data-root.js';
import type { GfidMint } from '../layout/gfid-mint.js';
import type { OwnerNames } from '../sys/owner-names.js';
import type { StatView } from '../sys/stat.js';
import type { Excludes } from './excludes.js';

/** The directory whose entries are looked at, opened for reading. */
export interface ScannedDirectory {
  readonly gfid: Gfid;
  readonly read: number;
  readonly fd: number;
  readonly components: readonly Buffer[];
}

/** What the tree was when it was last captured or placed. */
export interface ScanPrevious {
  readonly catalog: Catalog;
  readonly bindings: MapReader;
  readonly inodeIndex: MapReader;
  /** Looked at again although nothing seems to have changed: what the last dataset lacks. */
  readonly suspects: ReadonlySet<Gfid>;
}

export interface ScanOptions {
  /** The base directory of the tree to walk, live or in a snapshot; not owned. */
  readonly baseFd: number;
  readonly excludes: Excludes;
  /** Directories `.datamover` of the agent's roots: never entered. */
  readonly privateDirectories: readonly FileIdentity[];
  /** True when `baseFd` is in a snapshot, which nothing is mounted in and nobody changes. */
  readonly isSnapshot: boolean;
  /** Device of the live tree: a snapshot of it has another. */
  readonly liveDevice: bigint;
  /** Version that changed files get. */
  readonly newVersion: bigint;
  /**
   * `list`: files whose bytes may have changed are put on the content list and observed when they are captured.
   * `observe`: they are observed at once and get the new version; nothing else is done about their bytes.
   * `compare`: so are they, but keep the version they are bound to when their bytes are those it has digests of.
   * `adopt`: so are they, but keep the version they are bound to when size and mtime are as bound.
   */
  readonly content: 'list' | 'observe' | 'compare' | 'adopt';
  /** With `list`: says whether the store has an unchanged file's version; those it lacks are listed too. Null: all are there. */
  readonly isStored: ((gfid: Gfid, version: bigint) => boolean) | null;
  /** See bindingOf. */
  readonly racySinceNs: bigint | null;
  /** Directory for temporary files. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Told now and then how many entries have been looked at. */
  readonly onProgress: (entries: number) => Promise<void>;
}

export interface ScanModules {
  readonly previous: ScanPrevious;
  readonly mint: GfidMint;
  readonly owners: OwnerNames;
  /** How one entry is looked at; a test may put faults in. */
  readonly look?: EntryLook;
}

/** The system calls of a walk that can meet an unreadable entry. */
export interface EntryLook {
  /** Fills `view`. */
  readonly statAt: (view: StatView, dirFd: number, name: Uint8Array) => void;
  readonly openAt: typeof import('../sys/open.js').openAt;
}

import type { DatasetInfo, ListingWarning } from '../model/dataset.js';
import type { DatasetId, DigestHex, Gfid, TreeId } from '../model/ids.js';
import type { Inode, SideTimes } from '../model/inode.js';
import type { ChangeBatch, ResumePoint } from './change-stream.js';
import type { CompressionSwitch } from './compression/compression-switch.js';

export type OnListingWarning = (warning: ListingWarning) => void;

export interface DatasetFilter {
  readonly tree?: TreeId;
  readonly basePath?: Uint8Array;
}

/** Names one dataset of a place: its number there, or its global id at a base path. */
export type DatasetRef =
  | { readonly number: number }
  | { readonly id: DatasetId; readonly basePath?: Uint8Array };

/** A dataset both sides hold: same id and same root digest. */
export interface Base {
  readonly id: DatasetId;
  readonly rootDigest: DigestHex;
}

/** One name in a directory of a dataset. */
export interface DirectoryEntry {
  readonly name: Uint8Array;
  readonly gfid: Gfid;
  readonly inode: Inode;
}

/** A place that datasets can be read from. */
export interface Source extends AsyncDisposable {
  /** Complete datasets only, ascending by number. `onWarning`: told what cannot be shown before the first of them. */
  listDatasets(
    filter: DatasetFilter,
    signal: AbortSignal,
    onWarning?: OnListingWarning,
  ): AsyncIterable<DatasetInfo>;
  /**
   * A dataset that was deleted there and has left its catalog: `changes` takes it as a base, and
   * tells what differs by its leaf digests. Null when there is none.
   */
  bookmark(base: Base, basePath: Uint8Array, signal: AbortSignal): Promise<DatasetInfo | null>;
  /** Fails with `not_found`. The dataset cannot be deleted while the reader is open. */
  open(ref: DatasetRef, signal: AbortSignal): Promise<DatasetReader>;
}

export interface ChangesRequest {
  /** Null for a baseline; otherwise the source must hold it too, else `not_found`. */
  readonly base: Base | null;
  /**
   * Empty for the whole dataset; else paths below the base, components
   * joined by "/". Base must be null.
   */
  readonly subpaths: readonly Uint8Array[];
  /** How many lanes to use for content, 1 to 16. */
  readonly lanes: number;
  readonly resume: ResumePoint | null;
  /** When given, only the content of these files, whole, without a basis; no structure phase. */
  readonly files?: readonly Gfid[];
  /** Only the structure, and `end`: the target has content of its own and asks for the rest. */
  readonly structureOnly?: boolean;
  /** Payloads may come compressed, and do while it is on. Absent: they come as they are. */
  readonly compression?: CompressionSwitch;
}

export interface DatasetReader extends AsyncDisposable {
  readonly info: DatasetInfo;
  /**
   * The stream of endpoint/change-stream.ts. Ends early by the signal;
   * safe to start again at a ResumePoint.
   */
  changes(request: ChangesRequest, signal: AbortSignal): AsyncIterable<ChangeBatch>;
  /** The entry at a path below the base (no components: the root); null when there is none. */
  lookup(path: readonly Uint8Array[], signal: AbortSignal): Promise<DirectoryEntry | null>;
  /** Entries of a directory in name-byte order, in pages; `after` resumes behind a name. */
  list(dir: Gfid, after: Uint8Array | null, signal: AbortSignal): AsyncIterable<DirectoryEntry[]>;
  /** Atime and ctime as recorded, and all names of an inode. */
  details(gfid: Gfid, signal: AbortSignal): Promise<EntryDetails>;
  /**
   * Bytes of a regular file, holes as zeros; stops at the end of the file.
   * `corrupt` when a known digest does not match.
   */
  read(file: Gfid, offset: bigint, length: bigint, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface EntryDetails {
  readonly side: SideTimes | null;
  readonly names: readonly { readonly parent: Gfid; readonly name: Uint8Array }[];
  /** What is missing of this entry in this dataset, or null. */
  readonly exception: { readonly code: string; readonly message: string } | null;
}

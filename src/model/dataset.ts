import type { DatasetId, DigestHex, SystemGuid, TreeId } from './ids.js';

export const DATASET_TYPES = ['FILE', 'FILE_ON_OBJECT_COPY', 'FILE_ON_OBJECT_BACKUP'] as const;
export type DatasetType = (typeof DATASET_TYPES)[number];
export type DatasetState = 'INPROGRESS' | 'COMPLETE' | 'COMPLETE_PARTIAL' | 'ERROR';
/** How far the content digests of a dataset are made: none yet, some files, every file. */
export type ContentDigestState = 'none' | 'partial' | 'full';

/** How the bytes of a dataset are held at a local place. */
export type CaptureProvider =
  /** A read-only btrfs snapshot of the subvolume: atomic for the whole tree. */
  | 'snapshot'
  /** Version store filled by FICLONE: atomic per file. */
  | 'clone'
  /** Version store filled by real copies: atomic per file. */
  | 'copy'
  /** Received: the newest version is the live file, older ones moved to the version store. */
  | 'live'
  /** Nothing is kept: bytes are read from the live tree and checked before and after. */
  | 'none'
  /** Segments in the packs of a repository in an object account. */
  | 'object';

/**
 * Name of a dataset that keeps what was changed by hand in a received
 * tree. No copy is made of it by itself.
 */
export const PRE_REPAIR = 'pre-repair';

/** Something the operator should know about a dataset; the path is below its base path. */
/** What a listing does not show, or finds missing; the rest of the place is not affected. */
export interface ListingWarning {
  /** Of the error that kept it from being shown, or `newer_dataset_missing`, `backup_missing`. */
  readonly code: string;
  readonly message: string;
}

export interface DatasetWarning {
  readonly path: Uint8Array;
  /** `mount_point`, `nested_subvolume`, `unentered`, ... */
  readonly code: string;
}

/**
 * What is the same on every copy of a dataset, and what the agreement on a common base rests on:
 * same `id` and same `rootDigest`. Ancestry comes from `parents`, never from times.
 */
export interface DatasetIdentity {
  readonly id: DatasetId;
  readonly tree: TreeId;
  /** Datasets of the same tree that this one followed; empty for the first. */
  readonly parents: readonly DatasetId[];
  readonly rootDigest: DigestHex;
  readonly contentDigest: DigestHex | null;
  readonly contentDigestState: ContentDigestState;
  readonly name: string;
  readonly originSystem: SystemGuid;
  readonly originBasePath: Uint8Array;
  /** Milliseconds since 1970, by the origin's clock. For people; decides nothing. */
  readonly createdAtMs: number;
  /** Names in the tree, the root not counted. */
  readonly entries: number;
  /** Sum of the sizes of regular files, each hard-link group once. */
  readonly bytes: bigint;
  /** Which system minted gfids of which incarnation (the upper 24 bits of a gfid). */
  readonly incarnations: readonly { readonly incarnation: number; readonly system: SystemGuid }[];
  /** Gitignore patterns that were left out of the capture. */
  readonly excludes: readonly string[];
}

/** A dataset as one place shows it. */
export interface DatasetInfo extends DatasetIdentity {
  /** Number at that place, given once. */
  readonly number: number;
  readonly type: DatasetType;
  readonly state: DatasetState;
  /** Where the dataset lies at that place; for an origin the tree it was made of. */
  readonly basePath: Uint8Array;
  readonly subpaths: readonly Uint8Array[];
  readonly provider: CaptureProvider;
  /**
   * How the tree was looked at when the dataset was made: `changes`, or `walk: ` and why; ""
   * when it was not made of a tree at that place.
   */
  readonly scan: string;
  /** Absolute path of the snapshot, or "" when there is none. */
  readonly snapshot: string;
  readonly committedAtMs: number;
  readonly expiresAtMs: number | null;
  /** It does not expire while it is among so many newest datasets of its tree at that place. */
  readonly reserve: number;
  /** SPKI fingerprint of the identity that signed the record at that place, or "". */
  readonly signedBy: string;
  readonly lockedBy: readonly string[];
  readonly warnings: readonly DatasetWarning[];
  /** Entries that are not as the source had them. */
  readonly exceptions: number;
}

/** Only what is the same on every copy. */
export function datasetIdentity(record: DatasetIdentity): DatasetIdentity {
  return {
    id: record.id,
    tree: record.tree,
    parents: record.parents,
    rootDigest: record.rootDigest,
    contentDigest: record.contentDigest,
    contentDigestState: record.contentDigestState,
    name: record.name,
    originSystem: record.originSystem,
    originBasePath: record.originBasePath,
    createdAtMs: record.createdAtMs,
    entries: record.entries,
    bytes: record.bytes,
    incarnations: record.incarnations,
    excludes: record.excludes,
  };
}

import { type MapRoot, parseMapRoot } from '../../../catalog/map-root.js';
import type { CaptureProvider } from '../../../model/dataset.js';
import { DmError } from '../../../model/error.js';
import {
  type DatasetId,
  parseDatasetId,
  parseSystemGuid,
  parseTreeId,
  type SystemGuid,
  type TreeId,
} from '../../../model/ids.js';
import { JsonFields, toBase64 } from '../../../model/json-fields.js';

declare const brand: unique symbol;
/** 16 lower-case hex digits: one tree at one place, random, never leaves the root. */
export type LocalTreeId = string & { readonly [brand]: 'LocalTreeId' };

const LOCAL_TREE_FORMAT = 1;
const PROVIDERS: readonly CaptureProvider[] = ['snapshot', 'clone', 'copy', 'live', 'none'];
const LOCAL_TREE_ID = /^[0-9a-f]{16}$/;

/** What tells a base directory from another one that stands at the same path. */
export interface BaseIdentity {
  /** st_dev; may change with a restart of the host. */
  readonly device: bigint;
  readonly inode: bigint;
  readonly btimeNs: bigint;
}

/**
 * How far btrfs's own record has been looked at: what was changed up to this transaction is as the head has it, and what is changed
 * afterwards has a later one. It holds for one head only.
 */
export interface Watermark {
  readonly head: DatasetId;
  /** See SubvolumeState. */
  readonly subvolume: string;
  readonly transaction: bigint;
}

/**
 * One tree at this place: which dataset the live tree stands at and
 * what its inodes looked like then.
 */
export interface LocalTree {
  readonly localTree: LocalTreeId;
  readonly tree: TreeId;
  /** Absolute path of the tree at this place. */
  readonly basePath: Uint8Array;
  /** `restore`: files are being put into what lies there; the record goes when that has ended. */
  readonly role: 'origin' | 'received' | 'restore';
  /** Who may write a received tree (TLS identity or policy); '' for an origin. */
  readonly owner: string;
  /** True after `targets release`: nothing may be received here any more. */
  readonly released: boolean;
  /** Dataset that `bindings` describe; null before the first is whole. */
  readonly head: DatasetId | null;
  /** gfid -> Binding of the live tree at `head`. */
  readonly bindings: MapRoot | null;
  /** Inode number -> gfid of the live tree at `head`. */
  readonly inodeIndex: MapRoot | null;
  /** Upper 24 bits of gfids minted here, 1 to 2^24 - 1; null until the first is minted. */
  readonly incarnation: number | null;
  /** Lower 40 bits of the next gfid minted here. */
  readonly nextCounter: number;
  readonly incarnations: readonly { readonly incarnation: number; readonly system: SystemGuid }[];
  /** The base directory when the head was made; null before. */
  readonly base: BaseIdentity | null;
  /**
   * Names directly and indirectly below the base at `head`: an empty base
   * after this was not 0 is suspicious.
   */
  readonly baseEntries: number;
  readonly previousProvider: CaptureProvider | null;
  /** Null where the file system keeps no such record, or nothing has been looked at. */
  readonly watermark: Watermark | null;
  /** The receive session whose flip has begun and must be finished before anything else. */
  readonly flip: { readonly session: string } | null;
  /**
   * Dataset whose capture has begun: if it has no record, what it left
   * behind is removed by the next run.
   */
  readonly capturing: DatasetId | null;
}

/** A tree that datasets are kept of. */
export type KeptTree = LocalTree & { readonly role: 'origin' | 'received' };

export function isKept(tree: LocalTree): tree is KeptTree {
  return tree.role !== 'restore';
}

/** A tree that no dataset has been made of or received into yet. */
export const NO_HISTORY = {
  head: null,
  bindings: null,
  inodeIndex: null,
  incarnation: null,
  nextCounter: 1,
  incarnations: [],
  base: null,
  baseEntries: 0,
  previousProvider: null,
  watermark: null,
  flip: null,
  capturing: null,
} as const satisfies Partial<LocalTree>;

export function parseLocalTreeId(text: string): LocalTreeId {
  if (!LOCAL_TREE_ID.test(text)) {
    throw new DmError('corrupt', `"${text.slice(0, 80)}" is not the id of a local tree`);
  }
  return text as LocalTreeId;
}

export function serialiseLocalTree(tree: LocalTree): string {
  return JSON.stringify({
    format: LOCAL_TREE_FORMAT,
    localTree: tree.localTree,
    tree: tree.tree,
    basePath: toBase64(tree.basePath),
    role: tree.role,
    owner: tree.owner,
    released: tree.released,
    head: tree.head,
    bindings: tree.bindings,
    inodeIndex: tree.inodeIndex,
    incarnation: tree.incarnation,
    nextCounter: tree.nextCounter,
    incarnations: tree.incarnations.map(({ incarnation, system }) => ({ incarnation, system })),
    base: tree.base && {
      device: tree.base.device.toString(),
      inode: tree.base.inode.toString(),
      btimeNs: tree.base.btimeNs.toString(),
    },
    baseEntries: tree.baseEntries,
    previousProvider: tree.previousProvider,
    // As the records of releases that knew of none.
    ...(tree.watermark !== null && {
      watermark: {
        head: tree.watermark.head,
        subvolume: tree.watermark.subvolume,
        transaction: tree.watermark.transaction.toString(),
      },
    }),
    flip: tree.flip && { session: tree.flip.session },
    capturing: tree.capturing,
  });
}

/** Checks everything; throws `corrupt`, or `state_version` for a record of a newer release. */
export function parseLocalTree(text: string, what: string): LocalTree {
  const fields = JsonFields.parse(what, text, LOCAL_TREE_FORMAT);
  return {
    localTree: parseLocalTreeId(fields.text('localTree')),
    tree: fields.parsed('tree', parseTreeId),
    basePath: fields.bytes('basePath'),
    role: fields.oneOf('role', ['origin', 'received', 'restore']),
    owner: fields.text('owner'),
    released: fields.boolean('released'),
    head: fields.nullable('head', (name) => fields.parsed(name, parseDatasetId)),
    bindings: parseMapRoot(fields.raw('bindings')),
    inodeIndex: parseMapRoot(fields.raw('inodeIndex')),
    incarnation: fields.nullable('incarnation', (name) => fields.integer(name, 1)),
    nextCounter: fields.integer('nextCounter', 1),
    incarnations: fields.objects('incarnations').map((one) => ({
      incarnation: one.integer('incarnation'),
      system: one.parsed('system', parseSystemGuid),
    })),
    base: fields.nullable('base', (name) => parseBase(fields.object(name))),
    baseEntries: fields.integer('baseEntries'),
    previousProvider: fields.nullable('previousProvider', (name) => fields.oneOf(name, PROVIDERS)),
    watermark:
      fields.raw('watermark') === undefined ? null : parseWatermark(fields.object('watermark')),
    flip: fields.nullable('flip', (name) => ({ session: fields.object(name).text('session') })),
    capturing: fields.nullable('capturing', (name) => fields.parsed(name, parseDatasetId)),
  };
}

function parseWatermark(fields: JsonFields): Watermark {
  return {
    head: fields.parsed('head', parseDatasetId),
    subvolume: fields.text('subvolume'),
    transaction: fields.big('transaction'),
  };
}

function parseBase(fields: JsonFields): BaseIdentity {
  return {
    device: fields.big('device'),
    inode: fields.big('inode'),
    btimeNs: fields.big('btimeNs'),
  };
}

/**
 * True when both are the same directory, or at least lie on one device. A device number that
 * differs decides nothing alone, for such numbers change with restarts.
 */
export function sameBase(a: BaseIdentity, b: BaseIdentity): boolean {
  if (a.device === b.device) return true;
  return a.inode === b.inode && a.btimeNs !== 0n && a.btimeNs === b.btimeNs;
}

import type { Catalog } from '../../../catalog/catalog.js';
import { decodeInode } from '../../../catalog/maps/inodes.js';
import { type Gfid, ROOT_GFID } from '../../../model/ids.js';
import { equalBytes } from '../../../util/bytes.js';
import type { Aside, DirectoryPlaces } from '../layout/directory-finder.js';
import type { StagingArea } from './staging-area.js';

/** The two trees of a flip and where their parts may lie. */
export interface FlipTrees {
  /** What the live tree is; every map empty for a first copy. */
  readonly current: Catalog;
  /** What it becomes. */
  readonly next: Catalog;
  readonly staging: StagingArea;
  openBase(): number | null;
}

/** True when the directory is new and not inside another new one: it is staged under its gfid. */
export async function isTopmostNew(gfid: Gfid, { current, next }: FlipTrees): Promise<boolean> {
  if ((await current.encodedInode(gfid)) !== null) return false;
  if (gfid === ROOT_GFID) return true;
  const inode = await next.inode(gfid);
  return inode !== null && (await current.encodedInode(inode.parent)) !== null;
}

/** Where new directories are while content arrives: in staging only. */
export function stagePlaces(trees: FlipTrees): DirectoryPlaces {
  const { stageFd } = trees.staging;
  return {
    catalog: trees.next,
    make: true,
    openBase: () => null,
    aside: async (gfid): Promise<Aside | null> =>
      (await isTopmostNew(gfid, trees)) ? { fd: stageFd, only: true } : null,
  };
}

/** Where the directories of the current tree are while the flip detaches. */
export function formerPlaces(trees: FlipTrees): DirectoryPlaces {
  const { current, next, staging } = trees;
  return {
    catalog: current,
    make: false,
    openBase: trees.openBase,
    aside: async (gfid): Promise<Aside | null> => {
      if (gfid === ROOT_GFID) return null;
      const value = await current.encodedInode(gfid);
      if (value === null) return null;
      const { parent, name } = decodeInode(value);
      const entry = await next.lookup(parent, name);
      return entry?.gfid === gfid ? null : { fd: staging.holdFd, only: false };
    },
  };
}

/** Where the directories of the next tree are while the flip places, and afterwards. */
export function comingPlaces(trees: FlipTrees): DirectoryPlaces {
  const { current, next, staging } = trees;
  return {
    catalog: next,
    make: false,
    openBase: trees.openBase,
    aside: async (gfid): Promise<Aside | null> => {
      const former = await current.encodedInode(gfid);
      if (former === null) {
        const topmost = await isTopmostNew(gfid, trees);
        return topmost ? { fd: staging.stageFd, only: false } : null;
      }
      if (gfid === ROOT_GFID) return null;
      const coming = await next.inode(gfid);
      const was = decodeInode(former);
      const stays = coming?.parent === was.parent && equalBytes(coming.name, was.name);
      return stays ? null : { fd: staging.holdFd, only: false };
    },
  };
}

/** A name in one of the directories that a flip works with. */
export interface StagedPlace {
  readonly dirFd: number;
  readonly name: Uint8Array;
  /** Already where it will be, inside a new directory. */
  readonly final: boolean;
}

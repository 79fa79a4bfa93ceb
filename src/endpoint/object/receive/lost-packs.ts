import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PackId, PageRef } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import type { ObjectPackKind } from '../../../repository/object-layout.js';
import type { PackSet } from '../../../repository/pack-set.js';
import type { RepositoryMaps } from '../../../repository/repository-record.js';
import { ReferenceWalk } from '../references/reference-walk.js';
import type { ObjectWorkspace } from './object-workspace.js';

/** Packs that a dataset refers to and that are not in the store, ascending. */
export type LostPacks = Readonly<Record<ObjectPackKind, readonly PackId[]>>;

/**
 * Reads all pages of these maps here, and finds what they refer to and is not there. Errors: `corrupt` when pages are
 * lost that are not here either.
 */
export async function findLostPacks(
  maps: RepositoryMaps,
  there: Readonly<Record<ObjectPackKind, Pick<PackSet, 'has'>>>,
  workspace: ObjectWorkspace,
  signal: AbortSignal,
): Promise<LostPacks> {
  const { work, pages } = workspace;
  const lost = { data: new Set<PackId>(), pages: new Set<PackId>() };
  const visitor = {
    page: ({ pack }: { pack: PackId }) => {
      if (lost.pages.has(pack) || there.pages.has(pack)) return;
      if (!existsSync(join(work.pages, pack))) throw lostPages(pack);
      lost.pages.add(pack);
    },
    segment: (_digest: Uint8Array, { pack }: { pack: PackId }) => {
      if (!there.data.has(pack)) lost.data.add(pack);
    },
    damaged: ({ locator: { pack } }: PageRef, error: DmError) => {
      if (there.pages.has(pack)) workspace.forget(pack);
      throw error;
    },
  };
  using walk = new ReferenceWalk({ directory: work.spill }, { pages, visitor });
  walk.add(maps);
  await walk.run(signal);
  return { data: [...lost.data].sort(), pages: [...lost.pages].sort() };
}

function lostPages(pack: PackId): DmError {
  return new DmError(
    'corrupt',
    `page pack ${pack}, which the newest backup needs, is gone from the store, and this agent has no copy of it: put it back, or repair where there is one (\`dm object repair\` on an agent that backed up here, or --from-account of a mirror of the objects); else back up to another path`,
  );
}

import type { Catalog } from '../../catalog/catalog.js';
import { diffMaps } from '../../catalog/diff-maps.js';
import type { MapRoot } from '../../catalog/map-root.js';
import { inodeVersion } from '../../catalog/maps/inodes.js';
import type { PageReader } from '../../catalog/page-reader.js';
import type { Gfid } from '../../model/ids.js';
import { InodeCounts } from '../changes/inode-counts.js';
import type { TargetStatistics } from '../target.js';
import type { ReceiveOutcome } from './receive-outcome.js';

/** What the target is, and what it becomes. */
export interface PlannedTrees {
  readonly current: Catalog;
  readonly next: Catalog;
}

export interface CommitPlan {
  readonly statistics: TargetStatistics;
  /** Files whose content is new and has neither come nor failed. */
  readonly missing: number;
  /** Inodes that go. */
  readonly deleted: number;
  /** Files that were received although their version is the same. */
  readonly cured: ReadonlySet<Gfid>;
}

/** What a flip will do, counted before anything is touched. */
export async function planCommit(
  modules: {
    trees: PlannedTrees;
    pages: PageReader;
    outcome: ReceiveOutcome;
    /** Inodes that the last receive left, when they may have been changed since. */
    lastInodes: MapRoot | null;
    /** Told of each missing file; true takes it for failed. */
    onMissing(gfid: Gfid): boolean;
  },
  signal: AbortSignal,
): Promise<CommitPlan> {
  const { trees, pages, outcome, lastInodes, onMissing } = modules;
  let missing = 0;
  const counts = new InodeCounts({
    hasContent: (gfid) => {
      if (outcome.isDone(gfid)) return true;
      if (!outcome.failed.has(gfid) && !onMissing(gfid)) missing++;
      return false;
    },
  });
  const diff = (map: 'inodes' | 'links') =>
    diffMaps({
      before: { pages, root: trees.current.roots[map] },
      after: { pages, root: trees.next.roots[map] },
      signal,
    });
  for await (const changes of diff('inodes')) for (const change of changes) counts.inode(change);
  for await (const changes of diff('links')) for (const change of changes) counts.link(change);
  const cured = await curedFiles(trees, outcome);
  const drifted = lastInodes === null ? 0 : await countDrifted(lastInodes, modules, signal);
  const repaired = cured.size + drifted;
  return {
    statistics: counts.statistics(repaired),
    missing,
    deleted: counts.deleted,
    cured,
  };
}

/** Inodes that are not as the last receive left them. */
async function countDrifted(
  lastInodes: MapRoot,
  { trees, pages }: { trees: PlannedTrees; pages: PageReader },
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  const before = { pages, root: lastInodes };
  const after = { pages, root: trees.current.roots.inodes };
  for await (const changes of diffMaps({ before, after, signal })) count += changes.length;
  return count;
}

async function curedFiles(trees: PlannedTrees, outcome: ReceiveOutcome): Promise<Set<Gfid>> {
  const cured = new Set<Gfid>();
  if (trees.current.roots.inodes === null) return cured;
  for (const gfid of outcome.done()) {
    const before = await trees.current.encodedInode(gfid);
    const after = await trees.next.encodedInode(gfid);
    if (before === null || after === null) continue;
    if (inodeVersion(before) === inodeVersion(after)) cured.add(gfid);
  }
  return cured;
}

import { decodeBinding } from '../../../catalog/maps/bindings.js';
import { encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { ROOT_GFID } from '../../../model/ids.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { LocalTree } from '../layout/local-tree.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { snapshotOrigin } from '../sys/btrfs-search.js';
import { isErrno } from '../sys/errno.js';
import { close } from '../sys/open.js';
import { statFd } from '../sys/stat.js';
import { type ChangedTreeModules, findChangedTree } from './changed-tree.js';
import { openSnapshot, type TreeSnapshot } from './providers/tree-snapshot.js';
import type { WalkScope } from './tree-walk.js';

export interface ScanScope {
  readonly scope: WalkScope;
  /** As in the dataset's record: `changes`, or `walk: ` and why. */
  readonly how: string;
}

export interface ScanScopeOptions {
  readonly tree: LocalTree;
  /** The dataset that the tree stands at. */
  readonly former: DatasetRecord | null;
  /** The snapshot to scan; null without one. */
  readonly snapshot: TreeSnapshot | null;
  readonly excludes: readonly string[];
}

export interface ScanScopeModules extends ChangedTreeModules {
  readonly privateFd: number;
  readonly directory: TreeDirectory;
}

/**
 * Where a scan has to look. In a snapshot of btrfs the file system tells what was changed since the last dataset's snapshot, and
 * the rest is left alone: when that one is still there, is of the same subvolume, and missed nothing.
 */
export async function scanScope(
  options: ScanScopeOptions,
  modules: ScanScopeModules,
  signal: AbortSignal,
): Promise<ScanScope> {
  const { former, snapshot } = options;
  if (snapshot === null) return walk('the file system does not tell what has changed');
  const obstacle = obstacleIn(options);
  if (former === null || obstacle !== null) return walk(obstacle ?? 'it is the first dataset');
  const formerFd = openSnapshot(modules.privateFd, modules.directory, former.id);
  if (formerFd === null) return walk('the snapshot of the last dataset is gone');
  try {
    const { baseFd, base } = snapshot;
    const then = snapshotOrigin(formerFd);
    const now = snapshotOrigin(baseFd);
    if (!then.parentUuid.equals(now.parentUuid) || then.madeAt > now.madeAt) {
      return walk('the last dataset is of another subvolume');
    }
    const root = await modules.bindings.get(encodeGfidKey(ROOT_GFID));
    if (root === null || decodeBinding(root).ino !== statFd(baseFd).ino) {
      return walk('the base path is another directory than before');
    }
    const found = await findChangedTree({ baseFd, base, since: then.madeAt }, modules, signal);
    if (found === null) return walk('too much has changed, or at too long paths');
    return { scope: found, how: 'changes' };
  } catch (error) {
    if (!isErrno(error, 'ENOTTY', 'EOPNOTSUPP', 'ENOSYS', 'EPERM')) throw error;
    return walk('this kernel does not tell what has changed');
  } finally {
    close(formerFd);
  }
}

/** What the record of changes says nothing about. */
function obstacleIn({ tree, former, excludes }: ScanScopeOptions): string | null {
  if (former === null) return 'it is the first dataset';
  if (former.provider !== 'snapshot' || tree.previousProvider !== 'snapshot') {
    return 'the last dataset has no snapshot';
  }
  if (former.maps.exceptions !== null) return 'the last dataset lacks entries';
  if (former.warnings.length > 0) return 'something is nested in the tree';
  if (former.excludes.length > 0 || excludes.length > 0) return 'something is excluded';
  return null;
}

function walk(why: string): ScanScope {
  return { scope: 'everything', how: `walk: ${why}` };
}

import type { Catalog } from '../../../catalog/catalog.js';
import type { Gfid } from '../../../model/ids.js';
import { readLaneLog } from '../../receive/lane-log.js';
import type { VersionStore } from '../layout/version-store.js';
import { VersionWriter } from '../layout/version-writer.js';
import { cloneFile, isCloneRefusal } from '../sys/clone.js';
import { syncfs } from '../sys/data.js';
import { isErrno } from '../sys/errno.js';
import { close, O_RDONLY, openAt } from '../sys/open.js';
import type { FilePlacer } from './staged-name.js';
import type { StagingArea } from './staging-area.js';

export interface KeepVersionsModules {
  readonly next: Catalog;
  readonly placer: FilePlacer;
  readonly versions: VersionStore;
  readonly staging: StagingArea;
}

/**
 * Clones every file that a log has, and does not say to be kept already, out of staging into the version store. The
 * file system is synced first: a clone of a file that is not yet on disk waits for that file alone, which takes many
 * times longer. A file that refuses is kept by the flip that replaces it.
 */
export async function keepVersions(
  log: string,
  modules: KeepVersionsModules,
  signal: AbortSignal,
): Promise<void> {
  const from = keptUpTo(log);
  using versions = new VersionWriter(modules.versions.path);
  let synced = false;
  for (const { event, end } of readLaneLog(log)) {
    signal.throwIfAborted();
    if (end <= from || event.kind !== 'done') continue;
    if (!synced) syncfs(modules.staging.fd);
    synced = true;
    await keepVersion(event.gfid, modules, versions);
  }
}

function keptUpTo(log: string): number {
  let kept = 0;
  for (const { event, end } of readLaneLog(log)) if (event.kind === 'kept') kept = end;
  return kept;
}

async function keepVersion(
  gfid: Gfid,
  { next, placer }: KeepVersionsModules,
  versions: VersionWriter,
): Promise<void> {
  const inode = await next.inode(gfid);
  if (inode === null) return;
  const placed = placer.place(gfid, inode);
  const { dirFd, name } = placed instanceof Promise ? await placed : placed;
  try {
    const fd = openAt(dirFd, name, O_RDONLY);
    try {
      versions.put(gfid, inode.version, (to) => cloneFile(fd, to));
    } finally {
      close(fd);
    }
  } catch (error) {
    // Without privileges a file's own mode may keep it shut; no-copy-on-write files are not cloned.
    if (!isErrno(error, 'ENOENT', 'EACCES', 'EPERM') && !isCloneRefusal(error)) throw error;
  }
}

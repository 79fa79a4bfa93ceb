import type { Catalog } from '../../../catalog/catalog.js';
import { diffMaps } from '../../../catalog/diff-maps.js';
import { decodeException } from '../../../catalog/maps/exceptions.js';
import { decodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { decodeInode, inodeType, inodeVersion } from '../../../catalog/maps/inodes.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import { isContentFailure } from '../../receive/file-failure.js';
import type { LaneLog } from '../../receive/lane-log.js';
import { unlinkAt } from '../sys/create.js';
import { close, O_CREAT, O_EXCL, O_RDWR, openAt } from '../sys/open.js';
import type { BasisContent } from './basis-content.js';
import { applyMetadata, type MetadataOptions } from './file-metadata.js';
import type { FlipTrees } from './receive-places.js';
import type { FilePlacer } from './staged-name.js';

export interface LocalContentsModules {
  readonly trees: FlipTrees;
  /** What the changes of the stream start from. */
  readonly base: Catalog;
  readonly pages: PageReader;
  readonly placer: FilePlacer;
  readonly basis: BasisContent;
  readonly log: LaneLog;
}

/**
 * Finds the contents that the next tree needs and that the stream will not bring, because the source thinks
 * that they are here: files that were changed by hand, or never came whole. Stages those that the version store
 * has, and logs the others as needed.
 */
export async function stageLocalContents(
  options: { readonly privileged: boolean },
  modules: LocalContentsModules,
  signal: AbortSignal,
): Promise<void> {
  const { trees, base, pages } = modules;
  if (trees.current.roots.inodes?.digest !== base.roots.inodes?.digest) {
    const before = { pages, root: trees.current.roots.inodes };
    const after = { pages, root: trees.next.roots.inodes };
    for await (const changes of diffMaps({ before, after, signal })) {
      for (const change of changes) {
        if (change.after === null || inodeType(change.after) !== 'file') continue;
        const version = inodeVersion(change.after);
        if (change.before !== null && inodeVersion(change.before) === version) continue;
        const gfid = decodeGfidKey(change.key);
        const known = await base.encodedInode(gfid);
        if (known === null || inodeVersion(known) !== version) continue;
        const { atimeNs = null } = (await trees.next.sideTimes(gfid)) ?? {};
        const metadata = { privileged: options.privileged, metadata: true, former: null, atimeNs };
        await stageOrNeed(gfid, decodeInode(change.after), metadata, modules);
      }
    }
  }
  await needWhatIsLacking(modules);
}

async function stageOrNeed(
  gfid: Gfid,
  inode: Inode,
  metadata: MetadataOptions,
  { placer, basis, log }: LocalContentsModules,
): Promise<void> {
  const { dirFd, name } = await placer.place(gfid, inode);
  const fd = openAt(dirFd, name, O_RDWR | O_CREAT | O_EXCL, 0o600);
  try {
    const size = await basis.fill(fd, { gfid, version: inode.version });
    if (size !== inode.size) {
      unlinkAt(dirFd, name);
      log.add({ kind: 'need', gfid });
      return;
    }
    for (const failure of applyMetadata(fd, inode, metadata)) {
      log.add({ kind: 'failed', gfid, ...failure });
    }
    log.add({ kind: 'done', gfid, size, basis: gfid });
  } finally {
    close(fd);
  }
}

/** Files that the base lacks here: the source may think otherwise. */
async function needWhatIsLacking({ trees, base, log }: LocalContentsModules): Promise<void> {
  for await (const batch of base.exceptions.range()) {
    for (const { key, value } of batch) {
      if (!isContentFailure(decodeException(value).code)) continue;
      const before = await base.inodes.get(key);
      const after = await trees.next.inodes.get(key);
      if (before === null || after === null || inodeType(after) !== 'file') continue;
      if (inodeVersion(before) === inodeVersion(after)) {
        log.add({ kind: 'need', gfid: decodeGfidKey(key) });
      }
    }
  }
}

import type { Catalog } from '../../../catalog/catalog.js';
import { encodeContentKey, encodeContentValue } from '../../../catalog/maps/content.js';
import { DmError } from '../../../model/error.js';
import { isErrno, SysError, sysToDm } from '../sys/errno.js';
import { close, O_RDONLY, openBeneath } from '../sys/open.js';
import type { OwnerNames } from '../sys/owner-names.js';
import { statFd } from '../sys/stat.js';
import { observeOpen } from './observe-inode.js';
import { type StoreContent, sameMoment } from './providers/store-content.js';
import type { Scan } from './scan.js';
import { ALWAYS } from './scan-events.js';
import type { ContentItem } from './scan-notes.js';

/** A file that changes while it is captured is tried this often. */
const ATTEMPTS = 4;
const GONE = 'it was removed or replaced again and again; capture again in a quieter moment';
/** Files between two progress messages. */
const PROGRESS_EVERY = 200;
const SLASH = 0x2f;

export interface ContentProgress {
  files: number;
  bytes: bigint;
}

export interface CaptureContentsOptions {
  readonly baseFd: number;
  readonly racySinceNs: bigint | null;
  /** What is gone from its path is then a failure. */
  readonly lastRound: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ContentProgress) => Promise<void>;
}

export interface CaptureContentsModules {
  readonly scan: Scan;
  readonly store: StoreContent;
  readonly owners: OwnerNames;
  readonly previous: Catalog;
}

/**
 * Captures the files on the scan's content list: look, store, look again. Notes for each what it is, or why it could not
 * be captured. Returns how many were no longer at their path: their directories have changed since.
 */
export async function captureContents(
  options: CaptureContentsOptions,
  modules: CaptureContentsModules,
  progress: ContentProgress,
): Promise<number> {
  const { notes } = modules.scan;
  using list = notes.takeContent();
  let gone = 0;
  for (const item of list.items()) {
    if (!notes.reads.isValid(item.parent, item.read)) continue;
    options.signal.throwIfAborted();
    const outcome = captureOne(item, options, modules);
    if (outcome === 'gone') {
      gone++;
      if (options.lastRound) await fail(item, new DmError('source_changing', GONE), modules);
    } else if (outcome !== 'captured') await fail(item, outcome, modules);
    progress.files++;
    progress.bytes += item.size;
    if (progress.files % PROGRESS_EVERY === 0) await options.onProgress(progress);
  }
  return gone;
}

function captureOne(
  item: ContentItem,
  options: CaptureContentsOptions,
  modules: CaptureContentsModules,
): 'captured' | 'gone' | DmError {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      return attemptOne(item, options, modules);
    } catch (error) {
      if (error instanceof DmError && error.code === 'source_changing') continue;
      if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return 'gone';
      const known = error instanceof SysError || error instanceof DmError;
      if (!known || isFatal(error)) throw sysToDm(error, 'capture', item.path);
      return sysToDm(error, 'capture', item.path);
    }
  }
  return new DmError(
    'source_changing',
    `it kept changing while it was captured (${ATTEMPTS} attempts); capture again in a quieter moment`,
  );
}

/** Failures of the place and of this process, which say nothing about the one file. */
function isFatal(error: unknown): boolean {
  if (isErrno(error, 'ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM')) return true;
  return error instanceof DmError && error.code === 'cancelled';
}

/** Throws `source_changing` when the file changed meanwhile. Unless the file is captured, nothing of it is left. */
function attemptOne(
  item: ContentItem,
  options: CaptureContentsOptions,
  { scan, store, owners }: CaptureContentsModules,
): 'captured' | 'gone' {
  const fd = openBeneath(options.baseFd, item.path, O_RDONLY);
  let leaves = 0;
  let stored = false;
  try {
    const before = statFd(fd);
    if (before.type !== 'file' || before.ino !== item.ino || before.btimeNs !== item.btimeNs) {
      return 'gone';
    }
    const version = store.store(fd, before, item, (leaf, digest) => {
      scan.result.putLeaf(encodeContentKey(item.gfid, leaf), encodeContentValue(digest));
      leaves++;
    });
    stored = true;
    const observation = observeOpen(fd, before, version, { owners, ...options });
    if (!sameMoment(before, statFd(fd))) {
      throw new DmError('source_changing', 'the file was changed while it was looked at');
    }
    scan.notes.observed(item.gfid, observation);
    leaves = 0;
    stored = false;
    return 'captured';
  } finally {
    close(fd);
    for (let leaf = 0; leaf < leaves; leaf++) {
      scan.result.forgetLeaf(encodeContentKey(item.gfid, leaf));
    }
    if (stored) store.forget(item);
  }
}

/** What was at the path before stays there when its new owner could not be captured. */
async function fail(
  item: ContentItem,
  error: DmError,
  { scan, previous }: CaptureContentsModules,
): Promise<void> {
  const { gfid, parent, read, path } = item;
  const { code, message } = error;
  scan.notes.failed(gfid, { parent, read, code, path, message });
  if ((await previous.encodedInode(gfid)) !== null) return;
  const name = path.subarray(path.lastIndexOf(SLASH) + 1);
  scan.notes.entry(parent, name, ALWAYS, null);
  const former = await previous.lookup(parent, name);
  if (former !== null && former.type !== 'dir') scan.notes.fallback(former.gfid, parent, name);
}

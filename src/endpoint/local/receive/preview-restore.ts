import { splitPath } from '../../../model/entry-name.js';
import { DmError } from '../../../model/error.js';
import { equalBytes } from '../../../util/bytes.js';
import { escapePath } from '../../../util/escape.js';
import type { DatasetReader, DirectoryEntry } from '../../source.js';
import type { RestoreRules } from '../../target.js';
import { isErrno } from '../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openAt, openBeneath } from '../sys/open.js';
import { StatView } from '../sys/stat.js';
import { looksSame } from './same-inode.js';
import type { CheckedTarget } from './target-check.js';

const LIVE = new StatView();
const SLASH = Buffer.from('/');
/** Paths told of each kind. */
const MAX_TOLD = 1_000;

/** What a restore would do. */
export interface RestorePreview {
  entries: number;
  /** Of regular files; of a hard link once for each name. */
  bytes: bigint;
  created: number;
  replaced: number;
  kept: number;
  /** A directory stands in the place of something else, or the other way round: with all below it they would fail. */
  conflicts: number;
  /** The first of each, below the target. */
  readonly replacedPaths: Uint8Array[];
  /** What is in the way itself, without what the dataset has below it. */
  readonly conflictPaths: Uint8Array[];
}

/** Compares what is to be restored with what is at the target. Writes nothing. */
export async function previewRestore(
  { target, subpaths, existing }: PreviewOptions,
  reader: DatasetReader,
  signal: AbortSignal,
): Promise<RestorePreview> {
  const preview = new Preview(existing, reader, signal);
  for (const subpath of subpaths.length === 0 ? [SLASH.subarray(1)] : subpaths) {
    const names = splitPath(subpath);
    const entry = await reader.lookup(names, signal);
    if (entry === null) {
      throw new DmError(
        'not_found',
        `${escapePath(subpath)} is not in dataset ${reader.info.number}; list its directory to see what is`,
      );
    }
    const way = openWay(target, names.slice(0, -1));
    if (way.inTheWay !== null) preview.tellConflict(way.inTheWay);
    try {
      if (names.length > 0) await preview.entry(entry, subpath, way.live);
      else await preview.directory(entry, subpath, way.live);
    } finally {
      if (typeof way.live === 'number') close(way.live);
    }
  }
  return preview.result;
}

export interface PreviewOptions {
  readonly target: Pick<CheckedTarget, 'root' | 'components'>;
  readonly subpaths: readonly Uint8Array[];
  readonly existing: RestoreRules['existing'];
}

/** The live directory of which a name is looked at; null for none, `blocked` when something else is in its place. */
type Live = number | null | 'blocked';

/** What is live on the way from the target to a subpath; the descriptor is the caller's to close. */
function openWay(
  { root, components }: PreviewOptions['target'],
  way: readonly Uint8Array[],
): { readonly live: Live; readonly inTheWay: Uint8Array | null } {
  let fd = openTarget(root.fd, components);
  try {
    for (const [at, name] of way.entries()) {
      if (fd === null) break;
      const isThere = LIVE.findAt(fd, name);
      if (isThere && LIVE.type !== 'dir') {
        close(fd);
        return { live: 'blocked', inTheWay: joined(way.slice(0, at + 1)) };
      }
      const next: number | null = isThere ? openAt(fd, name, O_RDONLY | O_DIRECTORY) : null;
      close(fd);
      fd = next;
    }
    return { live: fd, inTheWay: null };
  } catch (error) {
    if (fd !== null) close(fd);
    throw error;
  }
}

function openTarget(rootFd: number, components: readonly Uint8Array[]): number | null {
  try {
    return openBeneath(rootFd, joined(components), O_RDONLY | O_DIRECTORY);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null;
    throw error;
  }
}

function joined(names: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(names.flatMap((name, at) => (at > 0 ? [SLASH, name] : [name])));
}

class Preview {
  readonly result: RestorePreview = {
    ...{ entries: 0, bytes: 0n, created: 0, replaced: 0, kept: 0, conflicts: 0 },
    replacedPaths: [],
    conflictPaths: [],
  };
  readonly #existing: RestoreRules['existing'];
  readonly #reader: DatasetReader;
  readonly #signal: AbortSignal;

  constructor(existing: RestoreRules['existing'], reader: DatasetReader, signal: AbortSignal) {
    this.#existing = existing;
    this.#reader = reader;
    this.#signal = signal;
  }

  /** `parent`: the live directory that has the entry's name. */
  async entry(entry: DirectoryEntry, path: Uint8Array, parent: Live): Promise<void> {
    const { inode } = entry;
    this.result.entries++;
    this.result.bytes += inode.size;
    const live = this.#compare(entry, path, parent);
    if (inode.type !== 'dir') return;
    try {
      await this.directory(entry, path, live);
    } finally {
      if (typeof live === 'number') close(live);
    }
  }

  /** Counts one entry. Returns, for a directory, the live one. */
  #compare({ name, inode }: DirectoryEntry, path: Uint8Array, parent: Live): Live {
    const { result } = this;
    if (parent === 'blocked') {
      result.conflicts++;
      return parent;
    }
    if (parent === null || !LIVE.findAt(parent, name)) {
      result.created++;
      return null;
    }
    if ((LIVE.type === 'dir') !== (inode.type === 'dir')) {
      result.conflicts++;
      this.tellConflict(path);
      return 'blocked';
    }
    if (inode.type === 'dir') {
      result.kept++;
      return openAt(parent, name, O_RDONLY | O_DIRECTORY);
    }
    const stays =
      this.#existing === 'skip' ||
      (this.#existing === 'changed' && looksSame(inode, LIVE, parent, name));
    if (stays) result.kept++;
    else {
      result.replaced++;
      if (result.replacedPaths.length < MAX_TOLD) result.replacedPaths.push(Buffer.from(path));
    }
    return null;
  }

  /** Several subpaths may have the same in their way. */
  tellConflict(path: Uint8Array): void {
    const { conflictPaths } = this.result;
    if (conflictPaths.length >= MAX_TOLD) return;
    if (conflictPaths.some((told) => equalBytes(told, path))) return;
    conflictPaths.push(Buffer.from(path));
  }

  /** What is below a directory. */
  async directory({ gfid }: DirectoryEntry, path: Uint8Array, live: Live): Promise<void> {
    for await (const page of this.#reader.list(gfid, null, this.#signal)) {
      for (const child of page) {
        const below = path.length === 0 ? child.name : Buffer.concat([path, SLASH, child.name]);
        await this.entry(child, below, live);
      }
    }
  }
}

import { splitPath } from '../../../model/entry-name.js';
import { DmError } from '../../../model/error.js';
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
  /** Something of another kind is there: they would fail. */
  conflicts: number;
  /** The first of each, below the target. */
  readonly replacedPaths: Uint8Array[];
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
    const above = openLive(target, names.slice(0, -1));
    try {
      if (names.length > 0) await preview.entry(entry, subpath, above);
      else await preview.directory(entry, subpath, above);
    } finally {
      if (above !== null) close(above);
    }
  }
  return preview.result;
}

export interface PreviewOptions {
  readonly target: Pick<CheckedTarget, 'root' | 'components'>;
  readonly subpaths: readonly Uint8Array[];
  readonly existing: RestoreRules['existing'];
}

/** The live directory below the target, or null when there is none. */
function openLive({ root, components }: PreviewOptions['target'], below: readonly Uint8Array[]) {
  const path = Buffer.concat([...components, ...below].flatMap((name) => [SLASH, name])).subarray(
    1,
  );
  try {
    return openBeneath(root.fd, path, O_RDONLY | O_DIRECTORY);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null;
    throw error;
  }
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

  /** `parentFd`: the live directory that has the entry's name, or null. */
  async entry(entry: DirectoryEntry, path: Uint8Array, parentFd: number | null): Promise<void> {
    const { name, inode } = entry;
    const { result } = this;
    result.entries++;
    result.bytes += inode.size;
    const isThere = parentFd !== null && LIVE.findAt(parentFd, name);
    if (!isThere) result.created++;
    else if (this.#existing === 'skip') result.kept++;
    else if ((LIVE.type === 'dir') !== (inode.type === 'dir')) {
      result.conflicts++;
      if (result.conflictPaths.length < MAX_TOLD) result.conflictPaths.push(Buffer.from(path));
    } else if (inode.type === 'dir') result.kept++;
    else if (this.#existing === 'changed' && looksSame(inode, LIVE, parentFd, name)) result.kept++;
    else {
      result.replaced++;
      if (result.replacedPaths.length < MAX_TOLD) result.replacedPaths.push(Buffer.from(path));
    }
    if (inode.type !== 'dir') return;
    const fd =
      isThere && LIVE.type === 'dir' ? openAt(parentFd, name, O_RDONLY | O_DIRECTORY) : null;
    try {
      await this.directory(entry, path, fd);
    } finally {
      if (fd !== null) close(fd);
    }
  }

  /** What is below a directory, whose live one `fd` is. */
  async directory({ gfid }: DirectoryEntry, path: Uint8Array, fd: number | null): Promise<void> {
    for await (const page of this.#reader.list(gfid, null, this.#signal)) {
      for (const child of page) {
        const below = path.length === 0 ? child.name : Buffer.concat([path, SLASH, child.name]);
        await this.entry(child, below, fd);
      }
    }
  }
}

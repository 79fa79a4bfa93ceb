import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { EMPTY_ROOTS } from '../../../catalog/catalog-roots.js';
import { PageReader } from '../../../catalog/page-reader.js';
import { asDmError, DmError } from '../../../model/error.js';
import { parseDatasetId, parseTreeId, type SystemGuid } from '../../../model/ids.js';
import { PagePacks } from '../../../repository/page-packs.js';
import type { Task } from '../../../worker/task.js';
import { countChanges } from '../../changes/count-changes.js';
import type { DatasetPreview } from '../../dataset-maker.js';
import { DataRoot, type FileIdentity } from '../layout/data-root.js';
import { type LocalTree, NO_HISTORY, parseLocalTreeId, sameBase } from '../layout/local-tree.js';
import { close } from '../sys/open.js';
import { compareTree } from './compare-tree.js';
import { type OpenBase, openBase } from './open-base.js';

/** Directories for temporary files, beside `trees` and `packs`. */
const SCRATCH = 'preview-';

/** What is looked at. Plain values: it crosses into a worker thread. */
export interface PreviewInput {
  /** Absolute path of the data root that holds the base path. */
  readonly root: Uint8Array;
  readonly basePath: Uint8Array;
  readonly excludes: readonly string[];
  readonly system: SystemGuid;
  readonly acceptSource: boolean;
  /** The directories `.datamover` of the other roots of this agent. */
  readonly otherPrivateDirectories: readonly FileIdentity[];
}

/**
 * Tells what a capture would make of a live tree as it is now. Nothing stays of it: it has temporary files in the agent's
 * own directory, which go with it. One capture or preview of a tree at a time.
 *
 * Errors: `path_outside_roots`, `source_missing`, `source_suspicious`, `in_use`, `corrupt`.
 */
export const previewTask: Task<PreviewInput, DatasetPreview> = async (input, io) => {
  const shown = Buffer.from(input.basePath).toString();
  try {
    using root = DataRoot.open(input.root);
    const base = openBase(root, input.basePath);
    const scratch = root.privatePath(`${SCRATCH}${randomBytes(8).toString('hex')}`);
    try {
      mkdirSync(scratch, { mode: 0o700 });
      return await previewBelow(root, base, scratch, input, io.signal);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
      close(base.fd);
    }
  } catch (error) {
    throw asDmError(error, `looking at ${shown}`);
  }
};

/** Removes the temporary files of previews that a kill has ended; none may be running. */
export function removePreviews(root: DataRoot): void {
  for (const name of readdirSync(root.privatePath())) {
    if (!name.startsWith(SCRATCH)) continue;
    rmSync(root.privatePath(name), { recursive: true, force: true });
  }
}

async function previewBelow(
  root: DataRoot,
  base: OpenBase,
  scratch: string,
  input: PreviewInput,
  signal: AbortSignal,
): Promise<DatasetPreview> {
  const found = root.trees().find(({ tree }) => Buffer.from(tree.basePath).equals(input.basePath));
  const tree = found?.tree ?? unknownTree(input.basePath);
  const shown = Buffer.from(input.basePath).toString();
  if (tree.flip !== null) {
    throw new DmError(
      'in_use',
      `${shown} is being received into; wait until that receive has finished`,
    );
  }
  if (tree.base !== null && !sameBase(tree.base, base.identity) && !input.acceptSource) {
    throw suspicious(`${shown} is on another device than last time`);
  }
  const head = tree.head === null ? null : (found?.directory.readCatalogOf(tree.head) ?? null);
  if (tree.head !== null && head === null) {
    throw new DmError('corrupt', `dataset ${tree.head}, at which ${shown} stands, has no record`);
  }
  const before = head?.maps ?? EMPTY_ROOTS;
  const packs = await PagePacks.open({ directory: root.pagesPath });
  try {
    const pages = new PageReader({}, { source: packs });
    const { maps, bytesDelta, topEntries } = await compareTree(
      {
        baseFd: base.fd,
        device: base.identity.device,
        privateDirectories: [root.privateIdentity, ...input.otherPrivateDirectories],
        excludes: input.excludes,
        scratch,
        maps: before,
        tree,
        id: parseDatasetId(randomBytes(16).toString('hex')),
        content: 'adopt',
        system: input.system,
      },
      { pages, sink: packs },
      signal,
    );
    if (topEntries === 0 && tree.baseEntries > 0 && !input.acceptSource) {
      throw suspicious(`${shown} is empty and had ${tree.baseEntries} entries before`);
    }
    const entries = maps.entries?.count ?? 0;
    const changes = await countChanges({ before, after: maps }, pages, signal);
    return {
      isFirst: head === null,
      entries,
      bytes: Number((head?.bytes ?? 0n) + bytesDelta),
      changes,
    };
  } finally {
    await packs.discard();
    await packs.close();
  }
}

function suspicious(what: string): DmError {
  return new DmError('source_suspicious', `${what}; check that the right file system is mounted`);
}

function unknownTree(basePath: Uint8Array): LocalTree {
  return {
    localTree: parseLocalTreeId(randomBytes(8).toString('hex')),
    tree: parseTreeId(randomBytes(16).toString('hex')),
    basePath,
    role: 'origin',
    owner: '',
    released: false,
    ...NO_HISTORY,
  };
}

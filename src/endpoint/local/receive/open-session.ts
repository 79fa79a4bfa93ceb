import { randomBytes } from 'node:crypto';
import { EMPTY_ROOTS } from '../../../catalog/catalog-roots.js';
import { datasetIdentity } from '../../../model/dataset.js';
import type { Offer } from '../../target.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import { type LocalTree, NO_HISTORY } from '../layout/local-tree.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { readBootId } from '../sys/boot-id.js';
import { canClone } from '../sys/filesystem.js';
import { isAdoption, wantAdoption } from './adoption.js';
import { type DiscardModules, discardSession } from './discard-session.js';
import { type Existing, loadSession, type SessionRecord, saveSession } from './session-record.js';
import { StagingArea, sessionsOf } from './staging-area.js';
import { type CheckedTarget, mergesInto } from './target-check.js';

export interface OpenedSession {
  readonly directory: TreeDirectory;
  readonly tree: LocalTree;
  readonly record: SessionRecord;
  /** Takes the session over for this start of the host: these bytes of the logs count from now on. */
  take(logs: readonly number[]): void;
}

export interface OpenSessionOptions {
  readonly privileged: boolean;
  readonly into: boolean;
  /** What lies at the target is taken for a copy. */
  readonly adopt: boolean;
  /** What an older session staged no longer fits the tree. */
  readonly anew: boolean;
}

/**
 * Opens a session of the offer again, or makes one, with the tree's record when there is none. `older`: what
 * `discardUnfit` has left.
 */
export function openSession(
  offer: Offer,
  target: CheckedTarget,
  options: OpenSessionOptions,
  older: SessionRecord | null,
): OpenedSession {
  const { directory, tree } = treeFor(offer, target);
  const record = older ?? makeSession(offer, target, options);
  StagingArea.create(directory, record.session);
  const epoch = record.epoch + 1;
  saveSession(directory, { ...record, epoch });
  if (options.adopt && older === null) wantAdoption(directory, record.session);
  return {
    directory,
    tree,
    record: { ...record, epoch },
    take: (logs) => {
      const now = loadSession(directory, record.session) ?? record;
      const durable = now.bootId === readBootId() ? now.durable : logs;
      saveSession(directory, { ...now, bootId: readBootId(), durable });
    },
  };
}

/** Discards the sessions of a tree but for the one that goes on with the offer, which is returned. */
export async function discardUnfit(
  offer: Offer,
  { directory, tree }: { readonly directory: TreeDirectory; readonly tree: LocalTree },
  options: OpenSessionOptions,
  modules: DiscardModules,
): Promise<SessionRecord | null> {
  const isAnew = options.anew || tree.tree !== offer.dataset.tree;
  const older = isAnew ? null : findSession(offer, directory, options);
  await removeOtherSessions(directory, older?.session ?? null, modules);
  return older;
}

/** Deletes what is staged for a tree, but for one session. */
export async function removeOtherSessions(
  directory: TreeDirectory,
  kept: string | null,
  modules: DiscardModules,
): Promise<void> {
  for (const session of sessionsOf(directory)) {
    if (session !== kept) await discardSession(directory, session, modules);
  }
}

function treeFor(
  offer: Offer,
  { root, path, found }: CheckedTarget,
): { directory: TreeDirectory; tree: LocalTree } {
  const isMerge = offer.restore !== undefined && mergesInto(offer.restore);
  const role = isMerge ? ('restore' as const) : ('received' as const);
  const owned = { role, owner: offer.owner, released: false };
  if (found !== null) {
    const tree = { ...found.tree, ...owned, tree: offer.dataset.tree };
    found.directory.save(tree);
    return { directory: found.directory, tree };
  }
  return root.createTree({
    tree: offer.dataset.tree,
    basePath: path,
    ...owned,
    ...NO_HISTORY,
  });
}

function findSession(
  offer: Offer,
  directory: TreeDirectory,
  { privileged, into, adopt }: OpenSessionOptions,
): SessionRecord | null {
  for (const session of sessionsOf(directory)) {
    const record = loadSession(directory, session);
    if (record === null) continue;
    const { draft } = record;
    const isSame =
      draft.id === offer.dataset.id &&
      isAdoption(directory, session) === adopt &&
      (adopt || record.base === (offer.base?.id ?? null)) &&
      record.createDataset === offer.createDataset &&
      record.privileged === privileged &&
      record.into === into &&
      record.existing === existingOf(offer) &&
      record.metadata === metadataOf(offer) &&
      sameSubpaths(draft.subpaths, offer.subpaths) &&
      (offer.subpaths.length > 0 || draft.rootDigest === offer.dataset.rootDigest);
    if (isSame) {
      const { maxDelete, retention, job = '' } = offer;
      const lanes = record.phase === 'structure' ? lanesOf(offer) : {};
      return {
        ...record,
        ...lanes,
        maxDelete,
        job,
        draft: { ...draft, retention, from: offer.owner },
      };
    }
  }
  return null;
}

/** Of a session that has no content yet. */
function lanesOf({ lanes }: Offer): Pick<SessionRecord, 'lanes' | 'durable'> {
  return { lanes, durable: Array<number>(lanes + 1).fill(0) };
}

export function existingOf({ restore }: Offer): Existing | null {
  return restore === undefined || restore.existing === 'fail' ? null : restore.existing;
}

export function metadataOf({ restore }: Offer): boolean {
  return restore?.metadata ?? true;
}

function sameSubpaths(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  const same = (path: Uint8Array, at: number): boolean =>
    Buffer.compare(path, b[at] ?? Buffer.alloc(0)) === 0;
  return a.length === b.length && a.every(same);
}

function makeSession(
  offer: Offer,
  target: CheckedTarget,
  { privileged, into }: OpenSessionOptions,
): SessionRecord {
  const draft: DatasetRecord = {
    ...datasetIdentity(offer.dataset),
    type: 'FILE',
    state: 'INPROGRESS',
    basePath: target.path,
    subpaths: offer.subpaths,
    provider: canClone(target.root.privateFd) ? 'clone' : 'live',
    maps: EMPTY_ROOTS,
    warnings: [],
    committedAtMs: 0,
    retention: offer.retention,
    expiresAtMs: null,
    signature: null,
    from: offer.owner,
    snapshotBase: null,
    scan: '',
  };
  return {
    session: randomBytes(8).toString('hex'),
    epoch: 0,
    bootId: readBootId(),
    draft,
    base: offer.base?.id ?? null,
    createDataset: offer.createDataset,
    job: offer.job ?? '',
    into,
    existing: existingOf(offer),
    metadata: metadataOf(offer),
    maxDelete: offer.maxDelete,
    privileged,
    phase: 'structure',
    ...lanesOf(offer),
  };
}

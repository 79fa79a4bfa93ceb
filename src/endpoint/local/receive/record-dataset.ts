import type { Catalog } from '../../../catalog/catalog.js';
import { MapReader } from '../../../catalog/map-reader.js';
import type { DatasetWarning } from '../../../model/dataset.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import { makeExceptionsMap } from '../../receive/exceptions-map.js';
import type { FileFailure } from '../../receive/file-failure.js';
import type { ReceiveOutcome } from '../../receive/receive-outcome.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import { DirectoryFinder, type DirectoryPlaces } from '../layout/directory-finder.js';
import type { BaseIdentity, LocalTree, Watermark } from '../layout/local-tree.js';
import { hasMountsBelow } from '../sys/mounts.js';
import { close } from '../sys/open.js';
import { statFd } from '../sys/stat.js';
import { clearHold, clearStage } from './flip/clear-hold.js';
import { Displaced } from './flip/displaced.js';
import { flipContext } from './flip/flip.js';
import { protectRestored } from './flip/protect-restored.js';
import { type ReboundTree, rebind } from './flip/rebind.js';
import { isUntouchedSince, isWhole, takeWatermark } from './watermark.js';
import type { Workspace } from './workspace.js';

/** As many as a record keeps. */
const MAX_WARNINGS = 1000;

export interface RecordModules {
  readonly workspace: Workspace;
  /** What the changes started from. */
  readonly base: Catalog | null;
  readonly outcome: ReceiveOutcome;
  /** Makes everything of the target's file system durable. */
  sync(): void;
  step(name: string): void;
  onFailure(failure: FileFailure): void;
  onDisplaced(gfid: Gfid): void;
  /** To be asked when nothing more will be displaced. */
  warnings(): Promise<DatasetWarning[]>;
}

export interface RecordedDataset {
  readonly record: DatasetRecord;
  /** Null when no dataset is kept. */
  readonly tree: LocalTree | null;
}

/**
 * The end of a receive whose tree is in place: clears away what is left over, notes what the tree looks like,
 * and writes the dataset's record when everything it names is durable. May be done again.
 */
export async function recordDataset(
  options: { readonly nowMs: number; readonly cured: ReadonlySet<Gfid> },
  modules: RecordModules,
  signal: AbortSignal,
): Promise<RecordedDataset> {
  const { workspace, outcome } = modules;
  const { trees, pages, record, directory, place, datasets, staging } = workspace;
  const displaced = { directory, privateFd: place.privateFd, session: record.session };
  using aside = new Displaced(displaced);
  const context = flipContext(
    { cured: options.cured, failed: outcome.failed },
    { ...modules, displaced: aside },
    signal,
  );
  await clearHold(context);
  clearStage(context);
  using base = openLiveBase(workspace);
  if (!record.createDataset) {
    if (record.metadata) {
      using restored = new DirectoryFinder(settledPlaces(workspace));
      await protectRestored(context, restored, signal);
    }
    modules.sync();
    return { record: { ...record.draft, state: unkeptState(outcome) }, tree: null };
  }
  const { packs } = datasets;
  const reached = takeWatermark(base.fd, record.draft.id);
  using settled = new DirectoryFinder(settledPlaces(workspace));
  const scratch = staging.spillPath;
  const lacking = new Set(outcome.metadataFailures.map(({ gfid }) => gfid));
  const lacksMetadata = lacking.has.bind(lacking);
  const modulesOfRebind = { settled, sink: packs, roots: place.tree, scratch, lacksMetadata };
  const rebound = await rebind(context, modulesOfRebind);
  const exceptions = await makeExceptionsMap(
    {
      base: modules.base,
      next: trees.next,
      outcome,
      pages,
      sink: packs,
      scratch,
    },
    signal,
  );
  await packs.sync();
  modules.sync();
  const watermark = await advance(reached, { workspace, base, rebound, settled }, signal);
  const dataset: DatasetRecord = {
    ...record.draft,
    state: stateOf(outcome),
    maps: { ...record.draft.maps, exceptions },
    warnings: (await modules.warnings()).slice(0, MAX_WARNINGS),
    committedAtMs: options.nowMs,
    expiresAtMs: expiryOf(record.draft, options.nowMs),
  };
  modules.step('record');
  const tree = { ...standingAt(dataset, place.tree, rebound.roots, base.identity), watermark };
  directory.commit(dataset, tree);
  directory.pruneBookmarks(null);
  modules.step('end');
  return { record: dataset, tree };
}

/** Everything is in its place. */
function settledPlaces({ trees }: Workspace): DirectoryPlaces {
  return { catalog: trees.next, make: false, openBase: trees.openBase, aside: () => null };
}

function stateOf(outcome: ReceiveOutcome): DatasetRecord['state'] {
  return outcome.failed.size > 0 ? 'COMPLETE_PARTIAL' : 'COMPLETE';
}

/** What a dataset says by its exceptions, plain files can say only so. */
function unkeptState(outcome: ReceiveOutcome): DatasetRecord['state'] {
  return outcome.metadataFailures.length > 0 ? 'COMPLETE_PARTIAL' : stateOf(outcome);
}

function expiryOf({ retention }: DatasetRecord, nowMs: number): number | null {
  return retention.periodSeconds === null ? null : nowMs + retention.periodSeconds * 1000;
}

interface LiveBase extends Disposable {
  readonly fd: number;
  readonly identity: BaseIdentity;
}

function openLiveBase(workspace: Workspace): LiveBase {
  const fd = workspace.openBase();
  if (fd === null) {
    throw new DmError('target_changed', 'the target is gone; run the copy again');
  }
  const { dev, ino, btimeNs } = statFd(fd);
  const identity = { device: BigInt(dev), inode: ino, btimeNs };
  return { fd, identity, [Symbol.dispose]: () => close(fd) };
}

interface AdvanceModules {
  readonly workspace: Workspace;
  readonly base: LiveBase;
  readonly rebound: ReboundTree;
  readonly settled: DirectoryFinder;
}

/**
 * What the copy has not touched is bound as it was, and was looked at before the copy: `reached` holds when nothing else was
 * changed since, and nobody has put anything into directories, or taken it out, before they were bound. Null when that cannot be said;
 * the next copy looks at everything then.
 */
async function advance(
  reached: Watermark | null,
  { workspace, base, rebound, settled }: AdvanceModules,
  signal: AbortSignal,
): Promise<Watermark | null> {
  const { head, watermark } = workspace.place.tree;
  if (reached === null || !rebound.isAsGiven || hasMountsBelow(base.fd)) return null;
  const tree = {
    bindings: new MapReader(workspace.pages, rebound.roots.bindings),
    inodeIndex: new MapReader(workspace.pages, rebound.roots.inodeIndex),
    catalog: workspace.trees.next,
    directories: settled,
  };
  // A first copy has made all there is.
  if (head === null) return (await isWhole(tree, signal)) ? reached : null;
  if (watermark?.head !== head) return null;
  return (await isUntouchedSince(base.fd, watermark, tree, signal)) ? reached : null;
}

function standingAt(
  dataset: DatasetRecord,
  tree: LocalTree,
  bindings: Pick<LocalTree, 'bindings' | 'inodeIndex'>,
  base: BaseIdentity,
): Omit<LocalTree, 'watermark'> {
  const known = new Set(tree.incarnations.map(({ incarnation }) => incarnation));
  const further = dataset.incarnations.filter(({ incarnation }) => !known.has(incarnation));
  return {
    ...tree,
    bindings: bindings.bindings,
    inodeIndex: bindings.inodeIndex,
    head: dataset.id,
    incarnations: [...tree.incarnations, ...further],
    base,
    baseEntries: dataset.maps.entries?.count ?? 0,
    previousProvider: dataset.provider,
    flip: null,
  };
}

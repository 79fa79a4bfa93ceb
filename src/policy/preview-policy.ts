import type { ChangeCounts } from '../endpoint/change-counts.js';
import { countStream } from '../engine/count-stream.js';
import type { OpenPlace, Places } from '../engine/places.js';
import type { DatasetInfo } from '../model/dataset.js';
import { DmError } from '../model/error.js';
import type {
  CopyRule,
  CreationRule,
  ExpirationRule,
  Policy,
  RepeatCopyRule,
} from '../model/policy.js';
import { overdueDatasets } from '../model/retention.js';
import type { Clock } from '../util/clock.js';
import { escapePath, parseEscaped } from '../util/escape.js';
import { tellHowToAccept } from './accept-source.js';
import { datasetByNumber, planCopy } from './copy-choice.js';
import { placePath } from './place-path.js';
import { parseSubpath } from './subpath.js';

/** What a run of a policy would do now. */
export interface PolicyPreview {
  /**
   * `first` and `baseline` begin with nothing; `unchanged` makes a dataset that is as the last one;
   * `nothing` has nothing to do; deletions of an `expiration` are datasets.
   */
  readonly kind:
    | 'first'
    | 'changes'
    | 'unchanged'
    | 'baseline'
    | 'increment'
    | 'nothing'
    | 'expiration';
  /** The dataset that would be copied; null where one would be made. */
  readonly dataset: number | null;
  /** Names and bytes of the dataset that there would be. */
  readonly entries: number;
  readonly bytes: number;
  readonly changes: ChangeCounts;
}

const NO_CHANGES: ChangeCounts = { created: 0, changed: 0, deleted: 0, renamed: 0, bytes: 0 };

/**
 * Tells what a run would do now, by reading alone: nothing is made, sent or deleted
 * at either place. What a run would be refused for before it writes is thrown, so
 * far as it can be seen without a session.
 */
export async function previewPolicy(
  { id, rule }: Policy,
  { places, clock }: { readonly places: Places; readonly clock: Pick<Clock, 'now'> },
  signal: AbortSignal,
): Promise<PolicyPreview> {
  switch (rule.type) {
    case 'CREATION':
      return previewCreation(rule, places, signal).catch((error: unknown) => {
        throw tellHowToAccept(error, id);
      });
    case 'COPY':
      return previewCopy(rule, places, signal);
    case 'REPEAT_COPY':
      return previewRepeatCopy(rule, places, signal);
    case 'EXPIRATION':
      return previewExpiration(rule, { places, clock }, signal);
  }
}

/** By the clock of this agent; that of the place decides. */
async function previewExpiration(
  rule: ExpirationRule,
  { places, clock }: { readonly places: Places; readonly clock: Pick<Clock, 'now'> },
  signal: AbortSignal,
): Promise<PolicyPreview> {
  await using place = await places.open(rule.accountId, signal);
  const present: DatasetInfo[] = [];
  for await (const dataset of place.source.listDatasets({}, signal)) present.push(dataset);
  const overdue = overdueDatasets(present, clock.now());
  const deleted = overdue.filter(({ lockedBy }) => lockedBy.length === 0).length;
  const changes = { ...NO_CHANGES, deleted };
  return { kind: 'expiration', dataset: null, entries: 0, bytes: 0, changes };
}

async function previewCreation(
  rule: CreationRule,
  places: Places,
  signal: AbortSignal,
): Promise<PolicyPreview> {
  await using place = await places.open(rule.accountId, signal);
  const basePath = parseEscaped(rule.basePath);
  const wanted = { basePath, excludes: rule.excludes, acceptSource: false };
  const { isFirst, ...preview } = await place.maker.preview(wanted, signal);
  const { created, changed, deleted, renamed } = preview.changes;
  const isSame = created + changed + deleted + renamed === 0;
  const kind = isFirst ? 'first' : isSame ? 'unchanged' : 'changes';
  return { kind, dataset: null, ...preview };
}

async function previewCopy(
  rule: CopyRule,
  places: Places,
  signal: AbortSignal,
): Promise<PolicyPreview> {
  const { existing, inPlace, sourceAsOfMs } = rule.restore;
  await using source = await places.open(rule.sourceAccountId, signal, sourceAsOfMs);
  await using target = await places.open(rule.targetAccountId, signal);
  const dataset = await datasetByNumber(
    source,
    rule.datasetNumber,
    placePath(rule.sourceBasePath),
    signal,
  );
  const targetPath = placePath(rule.targetBasePath);
  const { kind } = await target.target.inspect(targetPath, signal);
  if (rule.subpaths.length > 0) return previewSubpaths(rule, source, dataset, signal);
  const merges = existing !== 'fail' || inPlace;
  if (merges || kind === 'absent' || kind === 'empty') return whole(dataset);
  throw new DmError(
    'target_not_empty',
    `target ${escapePath(targetPath)} is not empty; empty it or choose another path`,
  );
}

async function previewRepeatCopy(
  rule: RepeatCopyRule,
  places: Places,
  signal: AbortSignal,
): Promise<PolicyPreview> {
  await using source = await places.open(rule.sourceAccountId, signal);
  await using target = await places.open(rule.targetAccountId, signal);
  const choice = { adopt: false, chosen: null };
  const { plan, atSource, bookmark } = await planCopy(rule, { source, target }, choice, signal);
  const { dataset } = plan;
  if (plan.kind === 'baseline') return whole(dataset);
  const size = { dataset: dataset.number, entries: dataset.entries, bytes: Number(dataset.bytes) };
  if (plan.kind === 'nothing') return { kind: 'nothing', ...size, changes: NO_CHANGES };
  const base = atSource.find(({ id }) => id === plan.base.id) ?? bookmark;
  if (base === null) throw new DmError('internal', `dataset ${plan.base.id} is not listed`);
  const older = atSource.filter(({ number }) => number <= base.number);
  const held = new Set(older.map(({ id }) => versionOf(id)));
  await using reader = await source.source.open({ number: dataset.number }, signal);
  const structure = { subpaths: [], lanes: 1, resume: null, structureOnly: true };
  const changes = await countStream(reader.changes({ base: plan.base, ...structure }, signal), {
    names: { before: base.entries, after: dataset.entries },
    isNew: (version) => !held.has(version),
  });
  return { kind: 'increment', ...size, changes };
}

/** Directories on the way to a subpath count, too: they are made. */
async function previewSubpaths(
  rule: CopyRule,
  { source }: OpenPlace,
  { number }: DatasetInfo,
  signal: AbortSignal,
): Promise<PolicyPreview> {
  await using reader = await source.open({ number }, signal);
  const subpaths = rule.subpaths.map(parseSubpath);
  const wanted = { base: null, subpaths, lanes: 1, resume: null, structureOnly: true };
  const all = { names: null, isNew: () => true };
  const changes = await countStream(reader.changes(wanted, signal), all);
  const { created: entries, bytes } = changes;
  return { kind: 'baseline', dataset: number, entries, bytes, changes };
}

function whole(dataset: DatasetInfo): PolicyPreview {
  const { number, entries } = dataset;
  const bytes = Number(dataset.bytes);
  const changes = { ...NO_CHANGES, created: entries, bytes };
  return { kind: 'baseline', dataset: number, entries, bytes, changes };
}

/** The version that a dataset gives to the contents it captures: the first 64 bits of its id. */
function versionOf(id: string): bigint {
  return BigInt(`0x${id.slice(0, 16)}`);
}

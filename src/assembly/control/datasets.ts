import type { BadEntry, DatasetMaker, VerifyProgress } from '../../endpoint/dataset-maker.js';
import type { DatasetRef, OnListingWarning } from '../../endpoint/source.js';
import type { OpenPlace, Places } from '../../engine/places.js';
import { verifyFromHere } from '../../engine/verify-from-here.js';
import type { DatasetInfo } from '../../model/dataset.js';
import { asDmError, DmError } from '../../model/error.js';
import { LOOPBACK_ACCOUNT_ID, parseDatasetId, parseDatasetNumber } from '../../model/ids.js';
import { parseTime } from '../../model/parse-time.js';
import type { DatasetQuery__Output } from '../../rpc/generated/control/datamover/v1/DatasetQuery.js';
import type { DatasetView } from '../../rpc/generated/control/datamover/v1/DatasetView.js';
import type { ListDatasetsQuery__Output } from '../../rpc/generated/control/datamover/v1/ListDatasetsQuery.js';
import type { VerifyDatasetRequest__Output } from '../../rpc/generated/control/datamover/v1/VerifyDatasetRequest.js';
import type { VerifyProgress as VerifyMessage } from '../../rpc/generated/control/datamover/v1/VerifyProgress.js';
import { escapePath, parseEscaped } from '../../util/escape.js';
import { EventStream } from '../../util/event-stream.js';
import type { DatasetLocks } from '../dataset-locks.js';
import type { UniqueSpace } from '../unique-space.js';
import type { ResolveAccount } from './policy-parts.js';
import { datasetView, failedEntryView } from './views.js';

export interface DatasetHandlerModules {
  readonly places: Places;
  readonly resolve: ResolveAccount;
  /** Deletes a dataset of this agent's local place. */
  readonly deleteLocal: (number: number, signal: AbortSignal) => Promise<void>;
  readonly isObjectAccount: (account: string) => Promise<boolean>;
  /** Deletes a dataset of an object account. */
  readonly deleteBackup: (account: string, number: number, signal: AbortSignal) => Promise<void>;
  /** Deletes a dataset of an object account whose record cannot be read; false when it is none. */
  readonly deleteDamaged: (
    account: string,
    ref: DatasetRef,
    signal: AbortSignal,
  ) => Promise<boolean>;
  readonly localAccountId: string;
  readonly locks: Pick<DatasetLocks, 'of' | 'unlock'>;
  readonly uniqueSpace: Pick<UniqueSpace, 'known' | 'of'>;
}

/** A dataset as people name it: its number at the place, or its 32-digit global id. */
export function parseDatasetRef(text: string): DatasetRef {
  return /^[0-9]{1,15}$/.test(text)
    ? { number: parseDatasetNumber(text) }
    : { id: parseDatasetId(text) };
}

/** The dataset commands of the control service. */
export function datasetHandlers(modules: DatasetHandlerModules) {
  const { places, resolve, localAccountId, uniqueSpace } = modules;
  // Without a wait for what is known: lists may be long.
  const view = (dataset: DatasetInfo, account: string): DatasetView | Promise<DatasetView> => {
    const isHere = account === localAccountId || account === LOOPBACK_ACCOUNT_ID;
    const known = isHere ? uniqueSpace.known(dataset) : null;
    if (known !== undefined) return datasetView(dataset, account, known);
    return uniqueSpace.of(dataset).then((bytes) => datasetView(dataset, account, bytes));
  };
  return {
    async *listDatasets(
      request: ListDatasetsQuery__Output,
      signal: AbortSignal,
      onWarning: OnListingWarning,
    ): AsyncIterable<DatasetView> {
      const account = await resolve(request.account);
      await using place = await places.open(account, signal);
      const basePath = request.base_path;
      if (/^[^/]/.test(basePath) && !(await modules.isObjectAccount(account))) {
        throw new DmError(
          'invalid_argument',
          `base path "${basePath}" is not absolute, as those of agents are; give it from / on, or an object account`,
        );
      }
      const filter = basePath === '' ? {} : { basePath: parseEscaped(basePath) };
      for await (const dataset of place.source.listDatasets(filter, signal, onWarning))
        yield view(dataset, account);
    },
    getDataset: async (request: DatasetQuery__Output, signal: AbortSignal) => {
      const account = await resolve(request.account);
      await using place = await places.open(account, signal, asOfTime(request.as_of));
      return view(await findDataset(place, request.dataset, signal), account);
    },
    deleteDataset: async (request: DatasetQuery__Output, signal: AbortSignal) => {
      const account = await resolve(request.account);
      const isObject = await modules.isObjectAccount(account);
      if (account !== modules.localAccountId && !isObject) {
        throw new DmError(
          'not_supported',
          'datasets are deleted on the agent that holds them; run the command there',
        );
      }
      await using place = await places.open(account, signal);
      const ref = parseDatasetRef(request.dataset);
      let dataset: DatasetInfo;
      try {
        let isAllShown = true;
        const onWarning = () => {
          isAllShown = false;
        };
        dataset = await findDataset(place, request.dataset, signal, onWarning);
        // Another base path may hold the same one, and its record be the damaged one that is to go.
        if (isObject && !isAllShown && 'id' in ref) {
          if (await modules.deleteDamaged(account, ref, signal)) return {};
        }
      } catch (error) {
        const { code } = asDmError(error, 'finding it');
        if (!isObject || (code !== 'corrupt' && code !== 'state_version')) throw error;
        if (await modules.deleteDamaged(account, ref, signal)) return {};
        throw error;
      }
      if (isObject) await modules.deleteBackup(account, dataset.number, signal);
      else await modules.deleteLocal(dataset.number, signal);
      return {};
    },
    unlockDataset: async (request: DatasetQuery__Output, signal: AbortSignal) => {
      const account = await resolve(request.account);
      if (account !== modules.localAccountId && !(await modules.isObjectAccount(account))) {
        throw new DmError(
          'not_supported',
          'datasets of a peer are unlocked on the agent that holds them; run the command there',
        );
      }
      await using place = await places.open(account, signal);
      const dataset = await findDataset(place, request.dataset, signal);
      const unlocked = await modules.locks.unlock(account, dataset);
      return { unlocked, locked_by: [...(await modules.locks.of(account))(dataset)] };
    },
    async *verifyDataset(
      request: VerifyDatasetRequest__Output,
      signal: AbortSignal,
    ): AsyncIterable<VerifyMessage> {
      await using place = await places.open(await resolve(request.account), signal);
      const dataset = await findDataset(place, request.dataset, signal);
      const ref: DatasetRef = { number: dataset.number };
      const events = new EventStream<VerifyProgress>();
      const verify = verifierOf(request.quick, place.maker);
      const work = request.from_here
        ? verifyFromHere(place.source, ref, (progress) => events.push(progress), signal)
        : verify(ref, (progress) => events.push(progress), signal);
      const ended = work.then(
        () => events.end(),
        (error: unknown) => events.fail(error),
      );
      let last: VerifyProgress = {
        filesDone: 0,
        filesTotal: 0,
        bytesDone: 0,
        bytesTotal: 0,
        bad: [],
      };
      for await (const progress of events) {
        last = progress;
        yield { ...progressFields(progress), bad: progress.bad.map(failure), done: false };
      }
      await ended;
      const result = await work;
      yield {
        ...progressFields({ ...last, filesDone: result.files, bytesDone: result.bytes }),
        done: true,
        bad_total: result.bad,
        digests_made: result.digestsMade,
      };
    },
  };
}

/** The moment that a bucket is to be read as of; null for now. */
export function asOfTime(text: string): number | null {
  return text === '' ? null : parseTime(text, '--as-of');
}

/**
 * Finds a dataset of a place by number or global id; `not_found`, or
 * `ambiguous` when two base paths hold the id.
 */
export async function findDataset(
  place: Pick<OpenPlace, 'name' | 'source'>,
  ref: string,
  signal: AbortSignal,
  onPassedOver: () => void = () => undefined,
): Promise<DatasetInfo> {
  const wanted = parseDatasetRef(ref);
  const found: DatasetInfo[] = [];
  let isAllShown = true;
  const onWarning = () => {
    isAllShown = false;
    onPassedOver();
  };
  try {
    for await (const dataset of place.source.listDatasets({}, signal, onWarning)) {
      if ('number' in wanted ? dataset.number === wanted.number : dataset.id === wanted.id)
        found.push(dataset);
    }
  } catch (error) {
    // The damaged record of another dataset must not keep this one from being restored.
    if (asDmError(error, 'listing').code !== 'corrupt' || !('number' in wanted)) throw error;
    await using reader = await place.source.open(wanted, signal);
    return reader.info;
  }
  if (found.length === 0 && !isAllShown) {
    // It may be what was passed over: this says why.
    await using reader = await place.source.open(wanted, signal);
    return reader.info;
  }
  const [first, second] = found;
  if (!first)
    throw new DmError(
      'not_found',
      `dataset ${ref} does not exist at account "${place.name}"; see \`dm datasets list\`, with --account-id for another place`,
    );
  if (second) {
    throw new DmError(
      'ambiguous',
      `dataset ${ref} is held at ${escapePath(first.basePath)} (${first.number}) and at ${escapePath(second.basePath)} (${second.number}); name it by its number`,
    );
  }
  return first;
}

function verifierOf(quick: boolean, maker: DatasetMaker): DatasetMaker['verify'] {
  if (!quick) return maker.verify.bind(maker);
  if (maker.verifyQuick !== undefined) return maker.verifyQuick.bind(maker);
  throw new DmError(
    'not_supported',
    'only backups in object accounts can be verified without reading them; leave --quick out',
  );
}

function progressFields(progress: Omit<VerifyProgress, 'bad'>) {
  return {
    files_done: progress.filesDone,
    files_total: progress.filesTotal,
    bytes_done: progress.bytesDone,
    bytes_total: progress.bytesTotal,
  };
}

function failure(bad: BadEntry) {
  return failedEntryView(bad);
}

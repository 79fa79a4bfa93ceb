import { removePreviews } from '../endpoint/local/capture/preview-task.js';
import type { DataRoot } from '../endpoint/local/layout/data-root.js';
import { DatasetRecordCache } from '../endpoint/local/layout/dataset-record-cache.js';
import { LocalDatasets } from '../endpoint/local/local-datasets.js';
import { LocalExpirer } from '../endpoint/local/local-expirer.js';
import { LocalMaker } from '../endpoint/local/local-maker.js';
import { LocalSource } from '../endpoint/local/local-source.js';
import { LocalTarget } from '../endpoint/local/local-target.js';
import { OpenDatasets } from '../endpoint/local/open-datasets.js';
import { PageSweeper } from '../endpoint/local/page-sweeper.js';
import { redateDatasets } from '../endpoint/local/redate-datasets.js';
import { ReceiveSessions } from '../endpoint/receive/receive-sessions.js';
import type { Target } from '../endpoint/target.js';
import type { ReceivedBytes } from '../endpoint/wrap/owner-bytes.js';
import { parseDatasetNumber, type SystemGuid } from '../model/ids.js';
import type { Log } from '../observe/log.js';
import type { LockLookup } from '../policy/policy-locks.js';
import type { StateDatabase } from '../state/database.js';
import type { DatasetNumbers, NumberedDataset } from '../state/dataset-numbers.js';
import { DatasetRequests } from '../state/dataset-requests.js';
import type { WorkerPool } from '../worker/pool.js';
import type { LocalPlace } from './open-places.js';
import { receivedBytes } from './received-bytes.js';

export interface LocalPlaceOptions {
  readonly roots: readonly DataRoot[];
  readonly guid: SystemGuid;
  readonly minFreePercent: number;
}

export interface LocalPlaceModules {
  readonly numbers: DatasetNumbers;
  readonly pool: WorkerPool;
  readonly database: StateDatabase;
  readonly log: Log;
  readonly randomBytes: (length: number) => Buffer;
  /** The time by which datasets that are made now are dated. */
  readonly datingNow: () => number;
  /** The time by which datasets expire; `clock_suspect` when the clock cannot be trusted. */
  readonly trustedNow: () => Promise<number>;
  /** Who needs datasets of this place. */
  readonly locks: () => Promise<LockLookup>;
}

export interface OpenedLocalPlace extends LocalPlace {
  /** What every listing of datasets reads through. */
  readonly records: DatasetRecordCache;
  readonly maker: LocalMaker;
  readonly target: LocalTarget;
  readonly expirer: LocalExpirer;
  /** The same target for peers that lack the right `privileged`. */
  readonly unprivilegedTarget: Target;
  /** Of the newest dataset of every tree that is received from an owner. */
  readonly receivedBytes: ReceivedBytes;
  deleteDataset(number: number, signal: AbortSignal): Promise<void>;
  /** Dates again what was dated later than `nowMs`, when the clock is known to be right. */
  redate(nowMs: number, signal: AbortSignal): Promise<void>;
}

/**
 * Opens the local place: finishes what a kill interrupted, then serves
 * datasets of and below the roots.
 */
export async function openLocalPlace(
  options: LocalPlaceOptions,
  modules: LocalPlaceModules,
): Promise<OpenedLocalPlace> {
  const { roots, guid, minFreePercent } = options;
  const { pool, database, log, randomBytes } = modules;
  const holds = new OpenDatasets();
  const numbers = {
    numbersOf: (some: readonly NumberedDataset[]) => modules.numbers.numbersOf(some),
    find: (number: number) => modules.numbers.find(number),
    locks: modules.locks,
  };
  for (const root of roots) removePreviews(root);
  const records = new DatasetRecordCache();
  const datasets = new LocalDatasets({ roots }, { numbers, records });
  const source = new LocalSource({ pool, datasets, holds, log });
  const sessions = new ReceiveSessions();
  const maker = new LocalMaker(
    { roots, system: guid, minFreePercent },
    {
      pool,
      datasets,
      holds,
      trees: sessions,
      requestIds: new DatasetRequests({ database, randomBytes }),
      now: modules.datingNow,
    },
  );
  const target = (privileged: boolean) =>
    new LocalTarget(
      { roots, system: guid, privileged, minFreePercent },
      { pool, datasets, holds, sessions, now: modules.datingNow, log },
    );
  const privileged = target(true);
  await privileged.recover(new AbortController().signal);
  return {
    records,
    source,
    maker,
    target: privileged,
    expirer: new LocalExpirer({
      datasets,
      maker,
      sweeper: new PageSweeper({ roots }, { pool, holds }),
      now: modules.trustedNow,
    }),
    unprivilegedTarget: target(false),
    redate: (nowMs, signal) => redateDatasets(nowMs, { datasets, holds, trees: sessions }, signal),
    receivedBytes: (owner) => receivedBytes(roots, owner),
    deleteDataset: async (number, signal) => {
      await maker.delete({ number: parseDatasetNumber(number) }, signal);
    },
  };
}

import { DmError } from '../../../model/error.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import {
  type RepositoryRecord,
  serialiseRepositoryRecord,
} from '../../../repository/repository-record.js';
import { ofOneOnly } from '../passed-over.js';
import { ReferencedPacks } from '../references/referenced-packs.js';
import type { Repository } from '../repository.js';
import { repositoryDatasets } from '../repository-datasets.js';
import { mayReplace, type SigningModules } from './replace-record.js';

export interface LiveModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
}

/** The records of a repository as they were at one moment, by key. */
export type LiveRecords = ReadonlyMap<string, RepositoryRecord>;

export async function liveRecords(modules: LiveModules, signal: AbortSignal): Promise<LiveRecords> {
  const records = new Map<string, RepositoryRecord>();
  for await (const { key, record } of repositoryDatasets(modules.repository, modules, signal)) {
    records.set(key, record);
  }
  return records;
}

/** As `liveRecords`, for who deletes what they do not refer to. `corrupt` when one cannot be read. */
export async function allRecords(modules: LiveModules, signal: AbortSignal): Promise<LiveRecords> {
  try {
    return await liveRecords(modules, signal);
  } catch (error) {
    const { code, message } = ofOneOnly(error);
    throw new DmError(
      code,
      `nothing of backup ${modules.repository.layout.prefix} was deleted, for what a dataset refers to is not known: ${message}`,
      { cause: error },
    );
  }
}

/** Whether the records of all datasets may be written anew. */
export async function mayReplaceAll(
  modules: LiveModules & SigningModules,
  signal: AbortSignal,
): Promise<boolean> {
  for await (const stored of repositoryDatasets(modules.repository, modules, signal)) {
    if (!mayReplace(stored, modules)) return false;
  }
  return true;
}

/** Those that are new or other than before. */
export function newRecords(now: LiveRecords, before: LiveRecords): LiveRecords {
  return new Map(
    [...now].filter(([key, record]) => {
      const former = before.get(key);
      return (
        former === undefined ||
        serialiseRepositoryRecord(former) !== serialiseRepositoryRecord(record)
      );
    }),
  );
}

export function unreadable(error: DmError): never {
  throw new DmError(
    'corrupt',
    `nothing was deleted, for pages of datasets cannot be read and may name what looks unused: ${error.message}; see \`dm datasets verify --quick\` and \`dm object repair\``,
    { cause: error },
  );
}

/** What records refer to. `corrupt` when anything of it cannot be read: nobody knows then what is garbage. */
export function referencesOf(
  records: LiveRecords,
  directory: string,
  modules: LiveModules,
  signal: AbortSignal,
): Promise<ReferencedPacks> {
  const damaged = (_ref: unknown, error: DmError): never => unreadable(error);
  const maps = [...records.values()].map((record) => record.maps);
  return ReferencedPacks.of(maps, { directory, damaged }, modules, signal);
}

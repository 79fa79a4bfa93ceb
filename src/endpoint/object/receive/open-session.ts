import { EMPTY_ROOTS } from '../../../catalog/catalog-roots.js';
import { datasetIdentity } from '../../../model/dataset.js';
import { DmError } from '../../../model/error.js';
import { objectPath } from '../../../repository/object-path.js';
import { escapePath } from '../../../util/escape.js';
import type { Offer } from '../../target.js';
import type { Repository } from '../repository.js';
import type { StoredDataset } from '../stored-dataset.js';
import { isSameRecord, loadSession, type ObjectSession, saveSession } from './session-record.js';
import type { WorkDirectory } from './work-directory.js';

const NOTHING = Buffer.alloc(0);

/** Whether the dataset that is there is what is offered: all of it, or the same part. */
export function isStored({ record }: StoredDataset, { dataset, subpaths }: Offer): boolean {
  const isSamePart = samePaths(record.subpaths, subpaths);
  return isSamePart && (subpaths.length > 0 || record.rootDigest === dataset.rootDigest);
}

/** One dataset has one record at a base path: another part of it goes elsewhere. */
export function refuseOther({ record }: StoredDataset, { subpaths, targetPath }: Offer): void {
  if (samePaths(record.subpaths, subpaths)) return;
  const { number } = record;
  throw new DmError(
    'already_exists',
    record.subpaths.length === 0
      ? `${escapePath(targetPath)} of the account holds that dataset whole, as number ${number}: the part that is to be copied is in it; restore that part from there, or copy it to another path`
      : `${escapePath(targetPath)} of the account holds another part of that dataset, as number ${number}; copy to another path`,
  );
}

function samePaths(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return (
    a.length === b.length && a.every((path, at) => Buffer.compare(path, b[at] ?? NOTHING) === 0)
  );
}

/** Goes on with the session of this very offer, or begins one. */
export function openSession(
  offer: Offer,
  base: StoredDataset | null,
  { format }: Repository,
  work: WorkDirectory,
): ObjectSession {
  const { maxDelete, retention } = offer;
  const found = loadSession(work);
  if (found !== null && isSame(found, offer, base)) {
    const lanes = found.phase === 'structure' ? offer.lanes : found.lanes;
    const session = { ...found, lanes, maxDelete, retention };
    saveSession(work, session);
    return session;
  }
  work.removeSession();
  work.makeSession();
  const session: ObjectSession = {
    repository: format.repository,
    dataset: datasetIdentity(offer.dataset),
    basePath: objectPath(offer.targetPath),
    subpaths: offer.subpaths,
    retention,
    maxDelete,
    base: base === null ? null : { key: base.key, record: base.record },
    phase: 'structure',
    lanes: offer.lanes,
    maps: EMPTY_ROOTS,
    pagePacks: [],
    number: null,
    published: null,
  };
  saveSession(work, session);
  return session;
}

function isSame(
  { dataset, base, subpaths }: ObjectSession,
  offer: Offer,
  there: StoredDataset | null,
): boolean {
  return (
    dataset.id === offer.dataset.id &&
    (base === null || there === null
      ? base === there
      : base.key === there.key && isSameRecord(base.record, there.record)) &&
    samePaths(subpaths, offer.subpaths) &&
    (subpaths.length > 0 || dataset.rootDigest === offer.dataset.rootDigest)
  );
}

import type { ObjectStore } from '../../../repository/object-store.js';
import type { Offer } from '../../target.js';
import { deletePlainObjects } from '../delete-plain.js';
import { deleteRecord } from '../deletions.js';
import { keptDataset } from '../kept-datasets.js';
import type { Repository } from '../repository.js';
import { requireTrusted, type TrustModules } from '../require-trusted.js';
import type { StoredDataset } from '../stored-dataset.js';
import { isMarked } from './claim-plain.js';
import { isStored } from './open-session.js';

/**
 * The dataset that is offered, when the repository has it. One whose deletion broke off is none, and its deletion is finished:
 * there a record may be left while plain objects are gone. Errors: `target_not_empty`, `dataset_untrusted`.
 */
export async function storedOffer(
  offer: Offer,
  repository: Repository,
  modules: TrustModules & { readonly store: ObjectStore },
  signal: AbortSignal,
): Promise<StoredDataset | null> {
  const { store } = modules;
  const there = await keptDataset(repository, offer.dataset.id, modules, signal);
  if (there === null || offer.plain !== true || !isStored(there, offer)) return there;
  if (await isMarked(offer, repository, modules, signal)) return there;
  // Else somebody's record would say what is deleted here.
  requireTrusted(there, repository, modules);
  await deletePlainObjects(offer.targetPath, there.key, modules, signal);
  await deleteRecord(there.key, { layout: repository.layout, store }, signal);
  return null;
}

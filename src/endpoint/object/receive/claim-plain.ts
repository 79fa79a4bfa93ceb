import { DmError } from '../../../model/error.js';
import { toBase64 } from '../../../model/json-fields.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { escapePath } from '../../../util/escape.js';
import type { Offer } from '../../target.js';
import { getObject, keysBelow } from '../get-object.js';
import type { Repository } from '../repository.js';
import { newestStored } from '../repository-datasets.js';

/**
 * Makes sure that a plain copy comes into nothing, or over what an interrupted copy of the same dataset left, and says whose
 * the objects are before the first of them is put. True when there was an interrupted copy; what it left of unfinished uploads
 * is dropped. Errors: `target_not_empty`.
 */
export async function claimPlain(
  offer: Offer,
  repository: Repository,
  { store }: { readonly store: ObjectStore },
  signal: AbortSignal,
): Promise<boolean> {
  const { layout } = repository;
  const there = await newestStored(repository, { store }, signal);
  if (there !== null) {
    throw taken(layout.plainTree, `is the plain copy of dataset ${there.record.number}`);
  }
  const mark = markOf(offer);
  const found = await getObject(store, layout.plainMark, signal);
  if (found?.toString() === mark) {
    await dropUnfinished(layout.plainTree ?? '', store, signal);
    return true;
  }
  for await (const key of keysBelow(store, layout.plainTree ?? '', signal)) {
    if (key.startsWith(layout.prefix) && !key.startsWith(`${layout.prefix}files/`)) continue;
    throw taken(layout.plainTree, `holds ${escapePath(Buffer.from(key))} already`);
  }
  await store.put(layout.plainMark, Buffer.from(mark), {}, signal);
  return false;
}

/**
 * Whether the mark of the plain copy that is offered is there. Its dataset is whole only then: who deletes that takes the mark
 * away before the first object. Errors: `target_not_empty` when the mark is another copy's.
 */
export async function isMarked(
  offer: Offer,
  { layout }: Repository,
  { store }: { readonly store: ObjectStore },
  signal: AbortSignal,
): Promise<boolean> {
  const found = await getObject(store, layout.plainMark, signal);
  if (found === null) return false;
  if (found.toString() === markOf(offer)) return true;
  throw taken(layout.plainTree, 'is marked as the plain copy of another dataset');
}

async function dropUnfinished(
  tree: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  for await (const page of store.listUnfinished(tree, signal)) {
    for (const upload of page) {
      // What is of no key is a probe that another agent may be making.
      if (upload.key !== '') await store.dropUnfinished(upload, signal);
    }
  }
}

/** The same text for every attempt at the same copy. */
function markOf({ dataset, subpaths }: Offer): string {
  const { id, rootDigest } = dataset;
  return JSON.stringify({ format: 1, dataset: id, rootDigest, subpaths: subpaths.map(toBase64) });
}

function taken(tree: string | null, what: string): DmError {
  return new DmError(
    'target_not_empty',
    `/${tree} of the account ${what}, and plain objects are a full copy each time; delete it, or choose another path`,
  );
}

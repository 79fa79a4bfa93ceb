import { type NumberedDataset, parseNumber } from '../../../repository/number-object.js';
import {
  datasetOfKey,
  NUMBERS_PREFIX,
  numberOfKey,
  RepositoryLayout,
} from '../../../repository/object-layout.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { lookAhead } from '../../../util/look-ahead.js';
import { getObject, keysBelow } from '../get-object.js';
import type { PruneModules } from './prune-types.js';

const READS_AHEAD = 8;
const AT_ONCE = 1_000;

interface StoredNumber extends NumberedDataset {
  readonly key: string;
  readonly modifiedAtMs: number;
}

/** The numbers of one store, each read once for all repositories that are pruned together. */
export class NumberReads {
  readonly #read = new Map<string, NumberedDataset>();

  /** Ascending. Those that vanish meanwhile are passed over. */
  async *list(store: ObjectStore, signal: AbortSignal): AsyncGenerator<StoredNumber, void> {
    async function* listed() {
      for await (const page of store.list(NUMBERS_PREFIX, {}, signal)) yield* page;
    }
    const numbers = lookAhead(listed(), READS_AHEAD, async ({ key, modifiedAtMs }) => {
      const numbered = numberOfKey(key) === null ? null : await this.#get(key, store, signal);
      return numbered && { ...numbered, key, modifiedAtMs };
    });
    for await (const number of numbers) if (number !== null) yield number;
  }

  async #get(
    key: string,
    store: ObjectStore,
    signal: AbortSignal,
  ): Promise<NumberedDataset | null> {
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const bytes = await getObject(store, key, signal);
    if (bytes === null) return null;
    const numbered = parseNumber(bytes.toString(), `number ${key}`);
    this.#read.set(key, numbered);
    return numbered;
  }
}

/**
 * Drops the numbers of datasets of the repository that are gone, if they are older than `olderThanMs` by the store's clock; a
 * younger one may wait for its record. Each repository keeps its newest number: it says where the repository is, and
 * the next numbers of the account are counted on from the newest of all. Returns how many went, or would have gone.
 */
export async function dropNumbers(
  { olderThanMs, dryRun }: { olderThanMs: number; dryRun: boolean },
  { repository, store, numbers }: PruneModules,
  signal: AbortSignal,
): Promise<number> {
  const { prefix, datasets } = repository.layout;
  const now = await store.now(signal);
  const own: StoredNumber[] = [];
  for await (const number of numbers.list(store, signal)) {
    if (new RepositoryLayout(number.basePath).prefix === prefix) own.push(number);
  }
  own.pop();
  // After the numbers were listed: a record comes after its number.
  const live = new Set<string>();
  for await (const key of keysBelow(store, datasets, signal)) {
    const dataset = datasetOfKey(key);
    if (dataset !== null) live.add(dataset);
  }
  const dropped = own
    .filter(({ dataset, modifiedAtMs }) => !live.has(dataset) && now - modifiedAtMs >= olderThanMs)
    .map(({ key }) => key);
  for (let at = 0; !dryRun && at < dropped.length; at += AT_ONCE) {
    await store.delete(dropped.slice(at, at + AT_ONCE), signal);
  }
  return dropped.length;
}

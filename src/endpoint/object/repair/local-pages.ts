import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PageReader } from '../../../catalog/page-reader.js';
import type { PackId, PageLocator, PageRef } from '../../../catalog/page-store.js';
import { asDmError } from '../../../model/error.js';
import { objectPackHeader } from '../../../repository/object-pack-format.js';
import { ObjectPagePacks } from '../../../repository/object-page-packs.js';
import { getObject } from '../get-object.js';
import type { RepairModules } from './repair-types.js';

const CACHE_BYTES = 2 * 1024 * 1024;
/** What a copy that is not there, or not good, fails with. */
const USELESS: readonly string[] = ['corrupt', 'io_error', 'not_found'];

/** Puts page packs again of which this agent has copies with the pages that could not be read. Returns how many. */
export async function putLocalPages(
  damaged: readonly PageRef[],
  { repository, store, localPages }: RepairModules,
  signal: AbortSignal,
): Promise<number> {
  const { keys, layout } = repository;
  using source = new ObjectPagePacks({ directory: localPages }, { keys });
  const pages = new PageReader({ cacheBytes: CACHE_BYTES }, { source });
  const good = new Map<PackId, PageLocator[]>();
  for (const ref of damaged) {
    try {
      await pages.page(ref);
      const { locator } = ref;
      good.set(locator.pack, [...(good.get(locator.pack) ?? []), locator]);
    } catch (error) {
      if (!USELESS.includes(asDmError(error, 'reading pages').code)) throw error;
    }
  }
  for (const [pack, frames] of good) {
    const key = layout.pack('pages', pack);
    const here = await readFile(join(localPages, pack));
    const there = await getObject(store, key, signal);
    const made = there?.length === here.length ? patched(there, here, frames) : here;
    objectPackHeader('pages', pack).copy(made);
    await store.put(key, made, {}, signal);
  }
  return good.size;
}

/** Only what could not be read is taken: a copy may have damage of its own elsewhere. */
function patched(there: Buffer, here: Buffer, frames: readonly PageLocator[]): Buffer {
  for (const { offset, length } of frames) here.copy(there, offset, offset, offset + length);
  return there;
}

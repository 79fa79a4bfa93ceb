import type { PackId, PageRef } from '../../../catalog/page-store.js';
import { asDmError } from '../../../model/error.js';
import type { ObjectPackKind } from '../../../repository/object-layout.js';
import { pagesInOrder } from '../references/referenced-packs.js';
import { type BadFrame, isGood, segmentsInOrder } from './bad-frames.js';
import type { RepairFrom, RepairModules } from './repair-types.js';

type Mirror = NonNullable<RepairFrom['mirror']>;

/** Copies packs whose pages could not be read, when the copy of the repository has these pages. Returns how many. */
export async function copyPagePacks(
  damaged: readonly PageRef[],
  mirror: Mirror,
  modules: RepairModules,
  signal: AbortSignal,
): Promise<number> {
  const pages = pagesInOrder(mirror, signal);
  const packs = new Set<PackId>();
  for (const ref of damaged) {
    try {
      await pages.page(ref);
      packs.add(ref.locator.pack);
    } catch (error) {
      const problem = asDmError(error, 'reading pages');
      if (problem.code !== 'corrupt') throw problem;
    }
  }
  for (const pack of packs) await copyPack('pages', pack, mirror, modules, signal);
  return packs.size;
}

/** Copies data packs of which all bad frames are good in the copy of the repository. Returns those. */
export async function copyDataPacks(
  frames: readonly BadFrame[],
  mirror: Mirror,
  modules: RepairModules,
  signal: AbortSignal,
): Promise<ReadonlySet<PackId>> {
  const segments = segmentsInOrder(mirror, signal);
  const packs = new Set<PackId>();
  const bad = new Set<PackId>();
  for (const { frame, members } of frames) {
    packs.add(frame.pack);
    for (const member of members) {
      if (!(await isGood(member, segments))) bad.add(frame.pack);
    }
  }
  for (const pack of bad) packs.delete(pack);
  for (const pack of packs) await copyPack('data', pack, mirror, modules, signal);
  return packs;
}

async function copyPack(
  kind: ObjectPackKind,
  pack: PackId,
  mirror: Mirror,
  { repository, store }: RepairModules,
  signal: AbortSignal,
): Promise<void> {
  const body = mirror.store.get(mirror.repository.layout.pack(kind, pack), null, signal);
  await store.putStream(repository.layout.pack(kind, pack), body, {}, signal);
}

import { mkdirSync, rmSync } from 'node:fs';
import type { PackId } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import { PACK_KINDS } from '../../../repository/doomed-list.js';
import type { ObjectPackKind } from '../../../repository/object-layout.js';
import { settleDeletions } from '../deletions.js';
import { type CountedPack, packCensus } from '../references/pack-census.js';
import {
  checkOwned,
  claim,
  type Doom,
  doom,
  doomedSet,
  finish,
  isGarbage,
  unfinishedDoom,
} from './doom-packs.js';
import { dropNumbers } from './drop-numbers.js';
import { dropUploads } from './drop-uploads.js';
import {
  allRecords,
  type LiveRecords,
  mayReplaceAll,
  newRecords,
  referencesOf,
} from './live-datasets.js';
import {
  emptySummary,
  type PruneModules,
  type PruneOptions,
  type PruneProgress,
  type PruneStep,
  type PruneSummary,
} from './prune-types.js';
import { repack } from './repack.js';
import { takeBackLate } from './take-back-late.js';

/** Of one list: more are left to the next prune, so that a list stays a small object. */
const MOST_DOOMED = 100_000;
/** Packs between two looks at whether the prune is still ours. */
const BATCH = 1_000;
/** Frames that one prune packs anew: where they lie is in memory. */
const MOST_FRAMES = 200_000;
const LOOK_AGAIN_MS = 30_000;
const NO_RECORDS: LiveRecords = new Map();

type Garbage = Record<ObjectPackKind, PackId[]>;
const NOTHING: Garbage = { data: [], pages: [] };

/**
 * Frees what no dataset of a repository refers to: lists it, waits, looks again, deletes. It can be killed at any moment;
 * the next one goes on. Errors: `not_supported` where two prunes could not be told apart, `in_use` while another agent is at it,
 * `target_changed` for a lost race, `corrupt` when it cannot be known what is referred to.
 */
export async function pruneRepository(
  options: PruneOptions,
  modules: PruneModules,
  onProgress: (progress: PruneProgress) => void,
  signal: AbortSignal,
): Promise<PruneSummary> {
  const { store, repository, scratch } = modules;
  if (!options.dryRun && !store.capabilities.conditionalPut) {
    throw new DmError(
      'not_supported',
      `the store of ${repository.layout.prefix} cannot put only what is absent, so two prunes would not notice each other; if no other agent writes or prunes there, say so with \`dm accounts modify --single-writer=true\``,
    );
  }
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  try {
    return await new Prune(options, modules, onProgress, signal).run();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

class Prune {
  readonly #options: PruneOptions;
  readonly #modules: PruneModules;
  readonly #onProgress: (progress: PruneProgress) => void;
  readonly #signal: AbortSignal;
  readonly #summary = emptySummary();
  /** Records that are known to refer to nothing doomed. */
  #marked: LiveRecords = NO_RECORDS;

  constructor(
    options: PruneOptions,
    modules: PruneModules,
    onProgress: (progress: PruneProgress) => void,
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#modules = modules;
    this.#onProgress = onProgress;
    this.#signal = signal;
  }

  async run(): Promise<PruneSummary> {
    const { dryRun, leftoverMs } = this.#options;
    this.#tell('leftovers');
    const old = { olderThanMs: leftoverMs, dryRun };
    this.#summary.uploadsDropped = await dropUploads(old, this.#modules, this.#signal);
    this.#summary.numbersDropped = await dropNumbers(old, this.#modules, this.#signal);
    if (!dryRun) {
      await settleDeletions(old, this.#modules, this.#signal);
    }
    const before = await unfinishedDoom(this.#options, this.#modules, this.#signal);
    if (before !== null && !(await this.#carryOut(before))) {
      await this.#count(before);
      if (!dryRun) return this.#summary;
    }
    let packs = await this.#mark(before, true);
    if (packs === null) packs = (await this.#mark(before, false)) ?? NOTHING;
    if (dryRun || PACK_KINDS.every((kind) => packs[kind].length === 0)) return this.#summary;
    this.#tell('dooming');
    await this.#carryOut(await doom(packs, this.#options, this.#modules, this.#signal));
    return this.#summary;
  }

  /**
   * Finds what nothing refers to; null when packs were packed anew, so that it must be looked for again. `before`:
   * what a dry run would have deleted by now.
   */
  async #mark(before: Doom | null, mayRepack: boolean): Promise<Garbage | null> {
    const { store, scratch } = this.#modules;
    this.#tell('marking');
    const records = await allRecords(this.#modules, this.#signal);
    using references = await referencesOf(records, scratch, this.#modules, this.#signal);
    this.#marked = records;
    const known = before === null ? null : doomedSet(before.list);
    const now = await store.now(this.#signal);
    const garbage: Garbage = { data: [], pages: [] };
    const sparse: Record<ObjectPackKind, CountedPack[]> = { data: [], pages: [] };
    const kept = { packsYoung: 0, bytesYoung: 0, packsDoomed: 0, bytesDoomed: 0 };
    let frames = 0;
    let looked = 0;
    for (const kind of PACK_KINDS) {
      for await (const pack of references.packs(kind, this.#signal)) {
        if (++looked % BATCH === 0) this.#tell('marking', looked);
        if (pack.stored === null) throw missing(kind, pack.pack);
        const { bytes, modifiedAtMs } = pack.stored;
        const isYoung = now - modifiedAtMs < this.#options.leftoverMs;
        if (!isGarbage(pack)) {
          const isSparse = pack.liveBytes < bytes * this.#options.repackBelow;
          if (isSparse && !isYoung && frames + pack.frames.length <= MOST_FRAMES) {
            frames += pack.frames.length;
            sparse[kind].push(pack);
          }
        } else if (isYoung) {
          kept.packsYoung++;
          kept.bytesYoung += bytes;
        } else if (!known?.[kind].has(pack.pack) && garbage[kind].length < MOST_DOOMED) {
          garbage[kind].push(pack.pack);
          kept.packsDoomed++;
          kept.bytesDoomed += bytes;
        }
      }
    }
    if (mayRepack && (await this.#repack(records, sparse))) return null;
    for (const [name, count] of Object.entries(kept)) {
      this.#summary[name as keyof typeof kept] += count;
    }
    return garbage;
  }

  /** False when nothing was packed anew. */
  async #repack(
    records: LiveRecords,
    sparse: Record<ObjectPackKind, CountedPack[]>,
  ): Promise<boolean> {
    const packs = sparse.data.length + sparse.pages.length;
    // Locked packs stay anyhow.
    if (packs === 0 || this.#modules.store.capabilities.lock) return false;
    if (!(await mayReplaceAll(this.#modules, this.#signal))) return false;
    this.#summary.packsRepacked = packs;
    if (this.#options.dryRun) {
      for (const { liveBytes, stored } of [...sparse.data, ...sparse.pages]) {
        this.#summary.bytesRepacked += liveBytes;
        this.#summary.packsDoomed++;
        this.#summary.bytesDoomed += stored?.bytes ?? 0;
      }
      return false;
    }
    this.#tell('repacking', 0, packs);
    this.#summary.bytesRepacked = await repack(
      records,
      { data: sparse.data, pages: sparse.pages.map(({ pack }) => pack) },
      this.#modules,
      this.#signal,
    );
    return true;
  }

  /** Deletes what a list names. False when that is for later. */
  async #carryOut(listed: Doom): Promise<boolean> {
    this.#summary.doomedUntilMs = listed.dueMs;
    if (!(await this.#wait(listed))) return false;
    if (!this.#options.dryRun) await claim(listed, this.#modules, this.#signal);
    const sinceMs = await this.#modules.store.now(this.#signal);
    const records = await allRecords(this.#modules, this.#signal);
    const doomed = await this.#stillGarbage(listed, records);
    await this.#delete(doomed, sinceMs);
    if (this.#options.dryRun) return true;
    this.#tell('finishing');
    await takeBackLate({ records, listed }, this.#modules, this.#signal);
    await finish(listed, this.#modules, this.#signal);
    Object.assign(this.#summary, { packsDoomed: 0, bytesDoomed: 0, doomedUntilMs: 0 });
    return true;
  }

  /** False when the grace has not ended and is not waited for. */
  async #wait({ dueMs }: Doom): Promise<boolean> {
    const { store, clock } = this.#modules;
    for (;;) {
      const left = dueMs - (await store.now(this.#signal));
      if (left <= 0) return true;
      if (!this.#options.wait || this.#options.dryRun) return false;
      this.#tell('waiting', 0, 0, dueMs);
      await clock.delay(Math.min(left, LOOK_AGAIN_MS), this.#signal);
    }
  }

  /** What is listed, is there, and nothing refers to. Records that were marked before it was listed need no second look. */
  async #stillGarbage(
    { list }: Doom,
    records: LiveRecords,
  ): Promise<Record<ObjectPackKind, { pack: PackId; bytes: number }[]>> {
    const { scratch } = this.#modules;
    this.#tell('checking');
    const doomed = doomedSet(list);
    const fresh = newRecords(records, this.#marked);
    using references = await referencesOf(fresh, scratch, this.#modules, this.#signal);
    const garbage: Record<ObjectPackKind, { pack: PackId; bytes: number }[]> = {
      data: [],
      pages: [],
    };
    for (const kind of PACK_KINDS) {
      for await (const pack of references.packs(kind, this.#signal)) {
        if (pack.stored === null) throw missing(kind, pack.pack);
        if (isGarbage(pack) && doomed[kind].has(pack.pack)) {
          garbage[kind].push({ pack: pack.pack, bytes: pack.stored.bytes });
        }
      }
    }
    return garbage;
  }

  async #delete(
    garbage: Record<ObjectPackKind, readonly { pack: PackId; bytes: number }[]>,
    sinceMs: number,
  ): Promise<void> {
    const { store, repository } = this.#modules;
    const total = garbage.data.length + garbage.pages.length;
    this.#tell('deleting', 0, total);
    for (const kind of PACK_KINDS) {
      for (let at = 0; at < garbage[kind].length; at += BATCH) {
        const batch = garbage[kind].slice(at, at + BATCH);
        if (!this.#options.dryRun) {
          checkOwned(sinceMs, await store.now(this.#signal));
          const keys = batch.map(({ pack }) => repository.layout.pack(kind, pack));
          await store.delete(keys, this.#signal);
        }
        this.#summary.packsDeleted += batch.length;
        for (const { bytes } of batch) {
          if (store.capabilities.versions) this.#summary.bytesKeptAsVersions += bytes;
          else this.#summary.bytesFreed += bytes;
        }
        this.#tell('deleting', this.#summary.packsDeleted, total);
      }
    }
  }

  /** What a list names that is still there. */
  async #count({ list }: Doom): Promise<void> {
    const doomed = doomedSet(list);
    for (const kind of PACK_KINDS) {
      for await (const { pack, stored } of packCensus(
        kind,
        nothing(),
        this.#modules,
        this.#signal,
      )) {
        if (stored === null || !doomed[kind].has(pack)) continue;
        this.#summary.packsDoomed++;
        this.#summary.bytesDoomed += stored.bytes;
      }
    }
  }

  #tell(step: PruneStep, done = 0, total = 0, untilMs = 0): void {
    this.#signal.throwIfAborted();
    this.#onProgress({ step, done, total, untilMs });
  }
}

async function* nothing(): AsyncGenerator<never, void> {}

function missing(kind: ObjectPackKind, pack: PackId): DmError {
  return new DmError(
    'corrupt',
    `nothing was deleted, for ${kind} pack ${pack}, which datasets need, is not in the store, and what looks unused may help to repair it; see \`dm object repair\``,
  );
}

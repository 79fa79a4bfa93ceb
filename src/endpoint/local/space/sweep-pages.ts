import { closeSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { MARK_BLOCK, PageMarks } from '../../../catalog/page-marks.js';
import { parsePackId } from '../../../catalog/page-store.js';
import { asDmError } from '../../../model/error.js';
import { PagePacks } from '../../../repository/page-packs.js';
import type { Task } from '../../../worker/task.js';
import { DataRoot } from '../layout/data-root.js';
import { punchHole, syncfs } from '../sys/data.js';
import { neededMaps } from './needed-maps.js';

export interface SweepInput {
  /** Absolute path of the data root. */
  readonly root: Uint8Array;
  /** Packs that were there when nobody was writing pages. */
  readonly packs: readonly string[];
}

export interface SweepResult {
  readonly freedBytes: number;
  readonly packsRemoved: number;
}

export interface SweepModules {
  /** Called before each single change of the disk; a test stops there for good. */
  step(name: string): void;
}

const NO_STEPS: SweepModules = { step: () => undefined };
/** Smaller stretches of a pack are left: each hole costs the file system a record. */
const MIN_HOLE = 4 * MARK_BLOCK;
const UNIT = 512;

/** Frees catalog pages that nobody needs. See `sweepPages`. */
export const sweepTask: Task<SweepInput, SweepResult> = (input, io) => sweepPages(input, io.signal);

/**
 * Deletes packs of which no page is needed, and frees the rest of the others in place.
 * Marks first and deletes then: a damaged page that is needed (`corrupt`) stops it before
 * anything is lost. May be stopped anywhere.
 */
export async function sweepPages(
  input: SweepInput,
  signal: AbortSignal,
  modules: SweepModules = NO_STEPS,
): Promise<SweepResult> {
  try {
    using root = DataRoot.open(input.root);
    await using packs = await PagePacks.open({ directory: root.pagesPath });
    const marks = new PageMarks({ source: packs });
    for (const map of neededMaps(root)) await marks.mark(map, signal);
    // What freed the pages must not come back after a power loss.
    modules.step('sync');
    syncfs(root.fd);
    let freedBytes = 0;
    let packsRemoved = 0;
    for (const name of input.packs) {
      signal.throwIfAborted();
      const live = marks.liveBlocks(parsePackId(name));
      const path = `${root.pagesPath}/${name}`;
      modules.step(live === null ? 'unlink' : 'punch');
      const freed = live === null ? removePack(path) : freeDeadBlocks(path, live);
      freedBytes += freed ?? 0;
      if (live === null && freed !== null) packsRemoved++;
    }
    return { freedBytes, packsRemoved };
  } catch (error) {
    throw asDmError(error, 'freeing catalog pages');
  }
}

/** Null when it is not there. */
function removePack(path: string): number | null {
  const fd = openOrNull(path, 'r');
  if (fd === null) return null;
  try {
    const { blocks } = fstatSync(fd);
    unlinkSync(path);
    return blocks * UNIT;
  } finally {
    closeSync(fd);
  }
}

function freeDeadBlocks(path: string, live: Uint8Array): number {
  const fd = openOrNull(path, 'r+');
  if (fd === null) return 0;
  try {
    const before = fstatSync(fd);
    if (before.blocks * UNIT - liveBytes(live) < MIN_HOLE) return 0;
    for (const [start, end] of deadStretches(live, before.size)) {
      if (end - start >= MIN_HOLE && !punchHole(fd, start, end - start)) break;
    }
    return Math.max(0, before.blocks - fstatSync(fd).blocks) * UNIT;
  } finally {
    closeSync(fd);
  }
}

/** Stretches without a live block, from the second block on: the first has the pack's header. */
function* deadStretches(live: Uint8Array, size: number): Generator<readonly [number, number]> {
  let start: number | null = null;
  const blocks = Math.ceil(size / MARK_BLOCK);
  for (let block = 1; block <= blocks; block++) {
    const isLive = block === blocks || ((live[block >> 3] ?? 0) & (1 << (block & 7))) !== 0;
    if (!isLive) start ??= block;
    else if (start !== null) {
      yield [start * MARK_BLOCK, block * MARK_BLOCK];
      start = null;
    }
  }
}

function liveBytes(live: Uint8Array): number {
  let blocks = 1;
  for (const byte of live) for (let bits = byte; bits !== 0; bits &= bits - 1) blocks++;
  return blocks * MARK_BLOCK;
}

function openOrNull(path: string, flags: string): number | null {
  try {
    return openSync(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

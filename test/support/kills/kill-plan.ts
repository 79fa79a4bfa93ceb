import type { Random } from '../e2e-random.js';
import type { FilesystemKind } from '../filesystems.js';
import type { KillPoint, KillTask } from './kill-point.js';
import { KILL_POINTS } from './kill-points.js';

/**
 * A kill that is to come: at a commit point, or when so much of the time has
 * passed that such a job takes, or of its bytes.
 */
export type Kill = KillAtPoint | KillAtMoment;

export interface KillAtPoint {
  readonly point: KillPoint;
  readonly when: number;
  readonly victims: readonly string[];
}

export interface KillAtMoment {
  readonly point: null;
  readonly percent: number;
  readonly of: 'time' | 'bytes';
  readonly victims: readonly string[];
}

export type JobKind = 'baseline' | 'increment';

/** Of the kills, at moments instead of points that were hit before. */
const TIMED = 0.35;
/** Of the kills at a point, those that both agents die of. */
const BOTH = 0.2;
/** Of those at moments of a push, that come with its bytes: it is the transfer that they meet. */
const BY_BYTES = 0.6;

/** Chooses where to kill: among the points that were hit least. */
export class KillPlan {
  readonly hits: Map<string, number>;
  readonly #random: Random;
  readonly #tried = new Map<string, number>();

  /** `hits`: what earlier runs have hit, by name; counted on. */
  constructor(hits: ReadonlyMap<string, number>, random: Random) {
    this.#random = random;
    this.hits = new Map(KILL_POINTS.map(({ name }) => [name, hits.get(name) ?? 0]));
  }

  /** Kills of one job, in the order in which it comes to them. */
  kills(task: KillTask, kind: JobKind, on: FilesystemKind, count: number): Kill[] {
    const points = KILL_POINTS.filter(
      (point) =>
        point.during === task &&
        (point.kind === 'any' || point.kind === kind) &&
        point.on.includes(on),
    );
    const need = (point: KillPoint): number =>
      4 * this.#hitsOf(point) + (this.#tried.get(point.name) ?? 0) + this.#random.fraction() / 2;
    const byNeed = points.map((point) => ({ point, need: need(point) }));
    byNeed.sort((a, b) => a.need - b.need);
    const chosen = byNeed.slice(0, count).map(({ point }) => point);
    chosen.sort((a, b) => KILL_POINTS.indexOf(a) - KILL_POINTS.indexOf(b));
    return chosen.map((point) =>
      this.#hitsOf(point) > 0 && this.#random.fraction() < TIMED
        ? this.#timed(task)
        : this.#at(point),
    );
  }

  /** Points that were not hit yet. */
  get missing(): readonly KillPoint[] {
    return KILL_POINTS.filter((point) => this.#hitsOf(point) === 0);
  }

  hit(point: KillPoint): void {
    this.hits.set(point.name, this.#hitsOf(point) + 1);
  }

  #hitsOf({ name }: KillPoint): number {
    return this.hits.get(name) ?? 0;
  }

  #at(point: KillPoint): Kill {
    const other = point.victim === 'sender' ? 'receiver' : 'sender';
    const isBoth = this.#random.fraction() < BOTH;
    const tried = this.#tried.get(point.name) ?? 0;
    this.#tried.set(point.name, tried + 1);
    // Not every job comes to the later calls: what was tried in vain is tried at the first.
    const isHard = tried > 0 && this.#hitsOf(point) === 0;
    return {
      point,
      when: isHard ? 1 : 1 + this.#random.below(point.upTo),
      victims: isBoth ? [point.victim, other] : [point.victim],
    };
  }

  #timed(task: KillTask): Kill {
    const percent = 2 + this.#random.below(97);
    const isRemote = task === 'push' || task === 'peer expiry';
    const victims = isRemote
      ? this.#random.pick([['sender'], ['receiver'], ['sender', 'receiver']])
      : ['sender'];
    const of = task === 'push' && this.#random.fraction() < BY_BYTES ? 'bytes' : 'time';
    return { point: null, percent, of, victims };
  }
}

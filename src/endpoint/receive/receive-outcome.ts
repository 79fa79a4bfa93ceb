import type { Gfid } from '../../model/ids.js';
import { type FileFailure, isContentFailure } from './file-failure.js';
import { readLaneLog } from './lane-log.js';

/** A set of file ids in eight bytes each; to be asked only after `seal`. */
class GfidSet {
  #values = new BigUint64Array(1024);
  #count = 0;

  get size(): number {
    return this.#count;
  }

  add(gfid: Gfid): void {
    if (this.#count === this.#values.length) {
      const larger = new BigUint64Array(this.#count * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = gfid;
  }

  *values(): Generator<Gfid, void> {
    for (let i = 0; i < this.#count; i++) yield (this.#values[i] ?? 0n) as Gfid;
  }

  seal(): void {
    this.#values = this.#values.slice(0, this.#count).sort();
  }

  has(gfid: Gfid): boolean {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#values[middle] ?? 0n) < gfid) low = middle + 1;
      else high = middle;
    }
    return low < this.#count && this.#values[low] === gfid;
  }
}

/** What a session received, gathered from its logs. */
export class ReceiveOutcome {
  readonly #done = new GfidSet();
  readonly #failures = new Map<Gfid, FileFailure>();
  readonly #needs = new Set<Gfid>();
  readonly #metadataFailures: FileFailure[] = [];

  /** Reads these logs, in this order. */
  static read(logs: readonly string[]): ReceiveOutcome {
    const outcome = new ReceiveOutcome();
    for (const path of logs) outcome.#readLog(path);
    outcome.#done.seal();
    return outcome;
  }

  addFailure(failure: FileFailure): void {
    if (isContentFailure(failure.code)) this.#failures.set(failure.gfid, failure);
    else this.#metadataFailures.push(failure);
  }

  *done(): Generator<Gfid, void> {
    yield* this.#done.values();
  }

  /** Files that were asked for whole and have not come since. */
  get needs(): ReadonlySet<Gfid> {
    return this.#needs;
  }

  isDone(gfid: Gfid): boolean {
    return this.#done.has(gfid);
  }

  /** Files whose content failed and did not come later. */
  get failed(): ReadonlyMap<Gfid, FileFailure> {
    return this.#failures;
  }

  get metadataFailures(): readonly FileFailure[] {
    return this.#metadataFailures;
  }

  #readLog(path: string): void {
    for (const { event } of readLaneLog(path)) {
      if (event.kind === 'need') this.#needs.add(event.gfid);
      else if (event.kind === 'done') {
        this.#needs.delete(event.gfid);
        this.#done.add(event.gfid);
        this.#failures.delete(event.gfid);
      } else if (event.kind === 'failed') {
        const { gfid, code, message } = event;
        this.addFailure({ gfid, code, message });
      }
    }
  }
}

import { randomInt } from 'node:crypto';
import { DmError } from '../../../model/error.js';
import type { Gfid, SystemGuid } from '../../../model/ids.js';
import type { LocalTree } from './local-tree.js';

const COUNTER_BITS = 40n;
const MAX_COUNTER = 2 ** 40 - 1;
const MAX_INCARNATION = 2 ** 24 - 1;

type Incarnations = LocalTree['incarnations'];

/**
 * Gives out the gfids of one local tree, ascending: 24 bits of
 * incarnation above 40 bits of counter.
 */
export class GfidMint {
  readonly #system: SystemGuid;
  #incarnation: number | null;
  #counter: number;
  #incarnations: Incarnations;

  constructor(tree: LocalTree, system: SystemGuid) {
    this.#system = system;
    this.#incarnation = tree.incarnation;
    this.#counter = tree.nextCounter;
    this.#incarnations = tree.incarnations;
  }

  next(): Gfid {
    if (this.#incarnation === null || this.#counter > MAX_COUNTER) this.#renew();
    const incarnation = BigInt(this.#incarnation ?? 0);
    return ((incarnation << COUNTER_BITS) | BigInt(this.#counter++)) as Gfid;
  }

  /** What the tree's record must hold after this run. */
  get state(): Pick<LocalTree, 'incarnation' | 'nextCounter' | 'incarnations'> {
    return {
      incarnation: this.#incarnation,
      nextCounter: this.#counter,
      incarnations: this.#incarnations,
    };
  }

  #renew(): void {
    const taken = new Set(this.#incarnations.map((one) => one.incarnation));
    if (taken.size >= MAX_INCARNATION) throw new DmError('internal', 'no incarnation is left');
    let incarnation = randomInt(1, MAX_INCARNATION + 1);
    while (taken.has(incarnation)) incarnation = (incarnation % MAX_INCARNATION) + 1;
    this.#incarnation = incarnation;
    this.#counter = 1;
    this.#incarnations = [...this.#incarnations, { incarnation, system: this.#system }];
  }
}

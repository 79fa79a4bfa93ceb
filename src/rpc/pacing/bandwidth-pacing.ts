import { BlockList, isIPv6 } from 'node:net';
import {
  type BandwidthRule,
  isOpen,
  parseNetmask,
  parseTimeWindow,
  type TimeWindow,
} from '../../model/bandwidth-rule.js';
import { TokenBucket } from './token-bucket.js';

export type Direction = 'out' | 'in';

/** The share of one connection in what its peer's network may have. */
export interface Pace {
  /** Whether any rule is for the peer now, be its window open or not. */
  isRuled(): boolean;
  /** Bytes a second that hold now for all connections together, or null without a limit. */
  rate(): number | null;
  /** Calls `go` when `bytes` may pass; at once without a limit. */
  take(direction: Direction, bytes: number, go: () => void): void;
}

export const NO_PACE: Pace = {
  isRuled: () => false,
  rate: () => null,
  take: (_direction, _bytes, go) => go(),
};

interface LiveRule {
  readonly rule: BandwidthRule;
  readonly prefix: number;
  readonly network: BlockList;
  readonly window: TimeWindow | null;
  readonly buckets: Readonly<Record<Direction, TokenBucket>>;
}

/** Windows open and close by the minute. */
const LOOK_AGAIN_MS = 1_000;

/** The bandwidth rules at work: one bucket for each rule and direction, shared by every connection under it. */
export class BandwidthPacing {
  readonly #modules: { wall: () => number; now: () => number };
  #rules: readonly LiveRule[] = [];
  readonly #onChange = new Set<() => void>();

  /** `wall`: milliseconds since 1970, for windows. `now`: monotonic. */
  constructor(modules: { wall: () => number; now: () => number }) {
    this.#modules = modules;
  }

  /** Takes effect at once, on open connections too. */
  setRules(rules: readonly BandwidthRule[]): void {
    const former = new Map(this.#rules.map((live) => [live.rule.id, live]));
    this.#rules = rules.map((rule) => {
      const live = former.get(rule.id);
      former.delete(rule.id);
      return this.#live(rule, live);
    });
    for (const { buckets } of former.values()) releaseAll(buckets);
    this.#changed();
  }

  /** Of a connection with the peer at an IP address. */
  pace(address: string): Pace {
    let live: LiveRule | null = null;
    let isFirst = true;
    let rules: readonly LiveRule[] | null = null;
    let lookAgainAt = 0;
    const current = (): LiveRule | null => {
      const now = this.#modules.now();
      if (rules !== this.#rules || now >= lookAgainAt) {
        const next = this.#find(address);
        const former = live;
        const hasTurned = !isFirst && next !== former && rules === this.#rules;
        isFirst = false;
        live = next;
        rules = this.#rules;
        lookAgainAt = now + LOOK_AGAIN_MS;
        if (hasTurned) {
          // What waits under a window that has closed goes on under what holds now.
          if (former !== null) releaseAll(former.buckets);
          queueMicrotask(() => this.#changed());
        }
      }
      return live;
    };
    return {
      isRuled: () => this.#rulesFor(address).length > 0,
      rate: () => current()?.rule.bwLimit ?? null,
      take: (direction, bytes, go) => {
        const found = current();
        if (found === null) go();
        else found.buckets[direction].take(bytes, go);
      },
    };
  }

  /** Tells when other rules hold: new ones were given, or a window has opened or closed over a connection that is in use. */
  onChange(listener: () => void): () => void {
    this.#onChange.add(listener);
    return () => this.#onChange.delete(listener);
  }

  #changed(): void {
    for (const changed of this.#onChange) changed();
  }

  /** The narrowest network whose window is open; the slower one of equals. */
  #find(address: string): LiveRule | null {
    const at = new Date(this.#modules.wall());
    let best: LiveRule | null = null;
    for (const live of this.#rulesFor(address)) {
      if (!isOpen(live.window, at)) continue;
      const narrower = best === null || live.prefix > best.prefix;
      const slower = live.prefix === best?.prefix && live.rule.bwLimit < best.rule.bwLimit;
      if (narrower || slower) best = live;
    }
    return best;
  }

  #rulesFor(address: string): readonly LiveRule[] {
    const plain = address.replace(/^::ffff:(?=[0-9.]+$)/i, '');
    const family = isIPv6(plain) ? 'ipv6' : 'ipv4';
    return this.#rules.filter(({ network }) => network.check(plain, family));
  }

  #live(rule: BandwidthRule, former: LiveRule | undefined): LiveRule {
    const { address, prefix, family } = parseNetmask(rule.netmask);
    const network = new BlockList();
    network.addSubnet(address, prefix, family);
    const bucket = (direction: Direction): TokenBucket => {
      const known = former?.buckets[direction];
      known?.setRate(rule.bwLimit);
      return known ?? new TokenBucket({ rate: rule.bwLimit }, this.#modules);
    };
    return {
      rule,
      prefix,
      network,
      window: parseTimeWindow(rule.window),
      buckets: { out: bucket('out'), in: bucket('in') },
    };
  }
}

function releaseAll(buckets: LiveRule['buckets']): void {
  buckets.out.release();
  buckets.in.release();
}

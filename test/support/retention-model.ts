/** What a place keeps, by the rules as the manual has them and nothing of the program. */
export interface KeepingRule {
  readonly periodMs: number;
  readonly reserve: number;
}

interface Kept {
  readonly order: number;
  readonly committedMs: number;
}

/** Which datasets one place must have, from when each was first seen there. */
export class PlaceModel {
  readonly #rule: KeepingRule;
  readonly #seen = new Map<string, Kept>();

  constructor(rule: KeepingRule) {
    this.#rule = rule;
  }

  /** Takes note of a dataset that is there. */
  see(id: string, committedMs: number): void {
    if (!this.#seen.has(id)) this.#seen.set(id, { order: this.#seen.size, committedMs });
  }

  get newest(): string | null {
    return [...this.#seen.keys()].at(-1) ?? null;
  }

  /** Those that came here with a dataset or after it; all when it is null. */
  since(id: string | null): string[] {
    const first = id === null ? 0 : (this.#seen.get(id)?.order ?? 0);
    return [...this.#seen].filter(([, { order }]) => order >= first).map(([name]) => name);
  }

  /** Those whose period is not over, and the newest. */
  must(nowMs: number): Set<string> {
    const { periodMs, reserve } = this.#rule;
    const must = new Set<string>();
    for (const [id, { order, committedMs }] of this.#seen) {
      const isNewest = this.#seen.size - order <= reserve;
      if (isNewest || committedMs + periodMs > nowMs) must.add(id);
    }
    return must;
  }
}

/** What goes wrong with one answer. */
export type FaultKind =
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  /** Never answers. */
  | { readonly kind: 'silence' }
  /** Answers as it should, so many milliseconds later. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Half of the body, then a reset of the connection. */
  | { readonly kind: 'reset' }
  /** Half of the body, then an orderly end. */
  | { readonly kind: 'short' }
  /** One bit of the body is another. */
  | { readonly kind: 'wrong-bytes' }
  /** Done, but nobody hears of it. */
  | { readonly kind: 'lost-reply' }
  | { readonly kind: 'redirect'; readonly location: string }
  /** Each byte of the body by itself, so many milliseconds apart. */
  | { readonly kind: 'slow'; readonly msPerByte: number }
  /** XML without end in place of the answer. */
  | { readonly kind: 'endless' }
  /** XML with entities that would grow to gigabytes. */
  | { readonly kind: 'entities' };

export interface FaultRule {
  /** Name of the S3 operation, such as `PutObject`. */
  readonly operation: string;
  readonly key?: RegExp;
  /** How many requests it meets; 1 unless given, infinity for all and at least one. */
  readonly times?: number;
  /** How many matching requests go well before. */
  readonly after?: number;
  readonly fault: FaultKind;
}

/** Faults that a test has asked for, and whether each has come true. */
export class FaultScript {
  #rules: { readonly rule: FaultRule; fired: number; passed: number }[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ rule, fired: 0, passed: 0 });
  }

  /** The fault that this request meets, counted as fired. */
  next(operation: string, key: string): FaultKind | null {
    for (const entry of this.#rules) {
      const { rule } = entry;
      if (rule.operation !== operation || rule.key?.test(key) === false) continue;
      if (entry.passed < (rule.after ?? 0)) {
        entry.passed++;
        continue;
      }
      if (entry.fired >= (rule.times ?? 1)) continue;
      entry.fired++;
      return rule.fault;
    }
    return null;
  }

  /** Throws unless every fault came true as often as it should; forgets them all. */
  verify(): void {
    const idle = this.#rules.filter(({ rule, fired }) =>
      rule.times === Number.POSITIVE_INFINITY ? fired === 0 : fired !== (rule.times ?? 1),
    );
    this.#rules = [];
    if (idle.length === 0) return;
    const list = idle.map(
      ({ rule, fired }) => `${rule.operation} ${rule.fault.kind}: ${fired} of ${rule.times ?? 1}`,
    );
    throw new Error(`faults that did not fire: ${list.join(', ')}`);
  }
}

import fc, { Arbitrary, type Random, type Stream, Value } from 'fast-check';
import { type Step, steps } from './steps.js';

/** Steps from the first to the last, and how far a run came. */
export class Scenario {
  readonly steps: readonly Step[];
  /** Steps that were begun: what comes after a failure has nothing to do with it. */
  begun = 0;

  constructor(all: readonly Step[]) {
    this.steps = all;
  }

  /** For the report of a failure. */
  toString(): string {
    return this.steps
      .slice(0, this.begun)
      .map((step) => JSON.stringify(step))
      .join('\n');
  }
}

/** Always `count` steps at first; a failure is looked for in fewer and fewer of them. */
export class ScenarioArbitrary extends Arbitrary<Scenario> {
  readonly #whole: fc.Arbitrary<readonly Step[]>;
  readonly #parts: fc.Arbitrary<readonly Step[]>;

  constructor(count: number) {
    super();
    this.#whole = fc.array(steps, { minLength: count, maxLength: count });
    this.#parts = fc.array(steps, { maxLength: count, size: 'max' });
  }

  override generate(random: Random): Value<Scenario> {
    // Without a bias towards small values: what they choose is taken modulo what there is.
    return new Value(new Scenario(this.#whole.generate(random, undefined).value), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Scenario {
    return value instanceof Scenario;
  }

  override shrink(scenario: Scenario): Stream<Value<Scenario>> {
    const begun = scenario.steps.slice(0, scenario.begun);
    return this.#parts
      .shrink(begun, undefined)
      .map(({ value }) => new Value(new Scenario(value), undefined));
  }
}

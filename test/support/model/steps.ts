import fc from 'fast-check';
import { type Edit, edits } from './edits.js';

/** SIGKILL in the middle of a job. */
export interface Kill {
  readonly victims: readonly AgentName[];
  /** After the job was ordered. */
  readonly afterMs: number;
}

export const AGENTS = ['alpha', 'beta'] as const;
export type AgentName = (typeof AGENTS)[number];

/** What is done to agents and trees. Numbers choose among what there is then. */
export type Step =
  | { readonly do: 'edit'; readonly edit: Edit }
  | { readonly do: 'capture'; readonly kill: Kill | null }
  /**
   * Each bit is a link; those of several run beside each other, and beside something else perhaps.
   */
  | {
      readonly do: 'copy';
      readonly links: number;
      readonly beside: 'capture' | 'expire' | 'prune' | null;
      readonly kill: Kill | null;
    }
  | { readonly do: 'expire'; readonly place: number; readonly kill: Kill | null }
  | { readonly do: 'drift'; readonly target: number; readonly edit: Edit }
  | { readonly do: 'prune'; readonly kill: Kill | null }
  | DatasetStep
  | { readonly do: 'stop and start'; readonly agent: AgentName };

/** With a dataset of a place, if that has any. */
export type DatasetStep =
  | {
      readonly do: 'delete' | 'unlock' | 'verify';
      readonly place: number;
      readonly dataset: number;
    }
  | {
      readonly do: 'restore';
      readonly place: number;
      readonly dataset: number;
      /** Chooses what is restored; null for everything. */
      readonly subpath: number | null;
      readonly kill: Kill | null;
    };

const choice = fc.nat({ max: 999 });
const victims: readonly (readonly AgentName[])[] = [['alpha'], ['beta'], ['alpha', 'beta']];
const kill: fc.Arbitrary<Kill | null> = fc.oneof(
  { weight: 9, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.record({ victims: fc.constantFrom(...victims), afterMs: fc.nat({ max: 150 }) }),
  },
);

/** Often enough that most datasets differ in a few edits, and that all places have several. */
export const steps: fc.Arbitrary<Step> = fc.oneof(
  weighted(60, { do: fc.constant('edit'), edit: edits }),
  weighted(12, { do: fc.constant('capture'), kill }),
  weighted(12, {
    do: fc.constant('copy'),
    links: fc.integer({ min: 1, max: 31 }),
    beside: fc.constantFrom(null, null, null, 'capture', 'expire', 'prune'),
    kill,
  }),
  weighted(3, { do: fc.constant('expire'), place: choice, kill }),
  weighted(3, { do: fc.constant('delete'), place: choice, dataset: choice }),
  weighted(2, { do: fc.constant('unlock'), place: choice, dataset: choice }),
  weighted(3, { do: fc.constant('drift'), target: choice, edit: edits }),
  weighted(1, { do: fc.constant('prune'), kill }),
  weighted(5, {
    do: fc.constant('restore'),
    place: choice,
    dataset: choice,
    subpath: fc.option(choice),
    kill,
  }),
  weighted(2, { do: fc.constant('verify'), place: choice, dataset: choice }),
  weighted(1, { do: fc.constant('stop and start'), agent: fc.constantFrom(...AGENTS) }),
);

function weighted<T extends Step>(
  weight: number,
  model: { [K in keyof T]: fc.Arbitrary<T[K]> },
): fc.WeightedArbitrary<Step> {
  return { weight, arbitrary: fc.record(model) as unknown as fc.Arbitrary<Step> };
}

import type { Source } from '../../../../src/endpoint/source.js';
import type { Target } from '../../../../src/endpoint/target.js';
import {
  FIRST_FILES,
  SECOND_FILES,
  type SourceFixture,
} from '../../../contract/source-contract.js';
import type { TargetFixture } from '../../../contract/target-contract.js';
import { MemoryPlace } from '../../../support/memory-endpoint.js';
import { filesOf, memoryTree } from '../../../support/memory-tree.js';

export interface Reached extends AsyncDisposable {
  readonly source: Source;
  readonly target: Target;
}

/** How a test gets at a place in memory: directly, or over a connection. */
export type Reach = (place: MemoryPlace) => Promise<Reached>;

export function filledPlace() {
  const place = new MemoryPlace();
  const before = memoryTree(FIRST_FILES, 1n);
  const first = place.add(before);
  const second = place.add(memoryTree(SECOND_FILES, 2n, before));
  return { place, first, second };
}

export async function sourceFixture(reach: Reach): Promise<SourceFixture> {
  const { place, first, second } = filledPlace();
  const reached = await reach(place);
  return {
    source: reached.source,
    first,
    second,
    [Symbol.asyncDispose]: () => reached[Symbol.asyncDispose](),
  };
}

export async function targetFixture(reach: Reach): Promise<TargetFixture> {
  const { place: origin, first, second } = filledPlace();
  const place = new MemoryPlace();
  const reached = await reach(place);
  let paths = 0;
  return {
    target: reached.target,
    origin,
    first,
    second,
    freePath: () => Buffer.from(`/data/target-${paths++}`),
    filesAt: async (path) => {
      const live = place.live.get(Buffer.from(path).toString());
      return live ? filesOf(live.tree) : new Map();
    },
    filesOf: async (dataset) => {
      const found = origin.datasets.find(({ info }) => info.id === dataset.id);
      return found ? filesOf(found.tree) : new Map();
    },
    [Symbol.asyncDispose]: () => reached[Symbol.asyncDispose](),
  };
}

import { expect } from 'chai';
import type { OnListingWarning } from '../../../src/endpoint/source.js';
import type { OpenPlace } from '../../../src/engine/places.js';
import { DmError } from '../../../src/model/error.js';
import type { RepeatCopyRule } from '../../../src/model/policy.js';
import { planCopy } from '../../../src/policy/copy-choice.js';
import { sampleDataset } from '../../support/datasets.js';

const signal = new AbortController().signal;
const RULE = {
  sourceBasePath: '/data/source',
  targetBasePath: '/data/target',
  reconnect: true,
} as RepeatCopyRule;

describe('what a repeated copy moves', () => {
  const old = sampleDataset(1);
  const middle = sampleDataset(2);
  const newest = sampleDataset(3);

  /** Of a source that shows all but `middle`, to a target that has `head`. */
  function plan(head: typeof old, warning: { code: string; message: string } | null) {
    const source = {
      async *listDatasets(_filter: object, _signal: AbortSignal, onWarning?: OnListingWarning) {
        if (warning !== null) onWarning?.(warning);
        yield old;
        yield newest;
      },
      bookmark: async () => null,
    };
    const target = {
      inspect: async () => ({ kind: 'received', tree: head.tree, head }),
      async *listDatasets() {
        yield old;
        yield middle;
      },
    };
    const places = { source: { source }, target: { target } } as unknown as {
      source: OpenPlace;
      target: OpenPlace;
    };
    return planCopy(RULE, places, { adopt: false, chosen: null }, signal);
  }
  const damaged = { code: 'corrupt', message: 'passed over: a record' };

  it('never takes the target back because the source cannot show what that has', async () => {
    const failed = await plan(middle, damaged).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failed).to.be.instanceOf(DmError);
    expect(failed).to.have.property('code', 'corrupt');
    expect((await plan(middle, null)).atTarget).to.have.length(2);
  });

  it('is decided as ever where the source shows what the target has', async () => {
    expect((await plan(old, damaged)).plan.kind).to.equal((await plan(old, null)).plan.kind);
  });
});

import { expect } from 'chai';
import type { TargetState } from '../../../src/endpoint/target.js';
import { type CopyPlan, planRepeatCopy } from '../../../src/engine/plan.js';
import { type DatasetInfo, PRE_REPAIR } from '../../../src/model/dataset.js';
import { DmError } from '../../../src/model/error.js';
import { parseTreeId } from '../../../src/model/ids.js';
import { sampleDataset } from '../../support/datasets.js';

const PATH = Buffer.from('/data/copy');
const atSource = [sampleDataset(1), sampleDataset(2), sampleDataset(3)];
const tree = sampleDataset(1).tree;

function received(number: number): TargetState {
  const { id, rootDigest } = sampleDataset(number);
  return { kind: 'received', tree, head: { id, rootDigest } };
}

/** With datasets held at the target it is a reconnect. */
function plan(target: TargetState, from = atSource, atTarget: DatasetInfo[] = []): CopyPlan {
  const reconnect = atTarget.length > 0;
  const choice = {
    sourcePath: Buffer.from('/data/origin'),
    atSource: from,
    bookmark: null,
    target,
    targetPath: PATH,
    reconnect,
    adopt: false,
    atTarget,
  };
  return planRepeatCopy(choice);
}

function refusal(target: TargetState, atTarget: DatasetInfo[] = []): string {
  try {
    plan(target, atSource, atTarget);
  } catch (error) {
    if (error instanceof DmError) return error.code;
    throw error;
  }
  return 'none';
}

describe('plan of a repeated copy', () => {
  it('is a baseline of the newest dataset where there is nothing', () => {
    const made = plan({ kind: 'absent', tree: null, head: null });
    expect(made.kind).to.equal('baseline');
    expect(made.dataset.number).to.equal(3);
  });

  it('is the difference from the head to the newest, skipping what lies between', () => {
    const made = plan(received(1));
    expect(made).to.deep.include({ kind: 'increment', base: received(1).head });
    expect(made.dataset.number).to.equal(3);
  });

  it('is nothing when the target stands at the newest', () => {
    expect(plan(received(3)).kind).to.equal('nothing');
  });

  it('says so when the target that stands at the newest is gone, and brings it back with a newer one', () => {
    expect(refusal({ ...received(3), gone: true })).to.equal('target_drifted');
    expect(plan({ ...received(1), gone: true }).kind).to.equal('increment');
  });

  it('refuses a head that the source does not hold as diverged', () => {
    expect(refusal(received(9))).to.equal('diverged');
  });

  it('refuses a head with the same id and another root digest as diverged', () => {
    const { id } = sampleDataset(2);
    const { rootDigest } = sampleDataset(9);
    expect(refusal({ kind: 'received', tree, head: { id, rootDigest } })).to.equal('diverged');
  });

  it('refuses foreign files, other trees, released trees and origins', () => {
    expect(refusal({ kind: 'foreign', tree: null, head: null })).to.equal('target_not_empty');
    expect(refusal({ ...received(1), tree: parseTreeId('22'.repeat(16)) })).to.equal(
      'target_owned',
    );
    expect(refusal({ ...received(1), kind: 'released' })).to.equal('target_released');
    expect(refusal({ ...received(1), kind: 'origin' })).to.equal('target_owned');
  });

  it('refuses a source without datasets as source_missing', () => {
    expect(() => plan({ kind: 'absent', tree: null, head: null }, []))
      .to.throw(DmError, /^source \/data\/origin has no complete dataset/)
      .with.property('code', 'source_missing');
  });

  it('goes back to the newest dataset that both hold when it reconnects', () => {
    const held = [sampleDataset(1), sampleDataset(2), sampleDataset(9)];
    for (const target of [received(9), { ...received(9), kind: 'origin' as const }]) {
      const { id, rootDigest } = sampleDataset(2);
      expect(plan(target, atSource, held)).to.deep.include({
        kind: 'increment',
        dataset: sampleDataset(3),
        base: { id, rootDigest },
      });
    }
  });

  it('does not go back to the newest of the source, nor to nothing', () => {
    expect(refusal(received(9), [...atSource, sampleDataset(9)])).to.equal('diverged');
    expect(refusal(received(9), [sampleDataset(9)])).to.equal('diverged');
    expect(refusal({ ...received(1), kind: 'released' }, atSource)).to.equal('target_released');
  });

  it('passes over what a repair has kept', () => {
    const kept = { ...sampleDataset(4), name: PRE_REPAIR };
    expect(plan(received(1), [...atSource, kept]).dataset.number).to.equal(3);
  });
});

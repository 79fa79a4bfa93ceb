import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { CopyTask } from '../../../src/endpoint/copy-task.js';
import { datasetIdentity } from '../../../src/model/dataset.js';
import { DmError } from '../../../src/model/error.js';
import { parseSpkiFingerprint } from '../../../src/model/ids.js';
import {
  type CopyProgress,
  copyProgressFromWire,
  copyProgressToWire,
  taskFromWire,
  taskToWire,
} from '../../../src/rpc/codec/task-codec.js';
import { peerDefinition } from '../../../src/rpc/proto.js';
import { TICKET_BYTES } from '../../../src/security/ticket.js';
import { sampleDataset } from '../../support/datasets.js';

const PLACE = {
  addresses: ['host.example:7722', '[fd00::1]:7722'],
  peer: parseSpkiFingerprint('ab'.repeat(32)),
  ticket: randomBytes(TICKET_BYTES),
};
const TASK: CopyTask = {
  source: PLACE,
  target: null,
  sourceBasePath: Buffer.from('/data/source'),
  offer: {
    dataset: datasetIdentity(sampleDataset(1)),
    base: null,
    subpaths: [Buffer.from('a/b')],
    targetPath: Buffer.from('/data/target'),
    createDataset: true,
    retention: { periodSeconds: null, reserve: 3 },
    owner: 'spki:x',
    adopt: false,
    reconnect: true,
    onDrift: 'fail',
    maxDelete: 0,
    lanes: 2,
  },
  partial: 'complete',
};

function overTheWire(task: CopyTask, from = '192.0.2.7'): CopyTask {
  const { RunCopy } = peerDefinition();
  const message = RunCopy.requestDeserialize(RunCopy.requestSerialize(taskToWire(task)));
  return taskFromWire(message, 'spki:x', from);
}

describe('a copy for another agent, as a message', () => {
  it('comes back as it was', () => {
    expect(overTheWire(TASK)).to.deep.equal(TASK);
    const other = { ...TASK, source: null, target: PLACE };
    expect(overTheWire(other)).to.deep.equal(other);
  });

  it('has addresses without a host where the call comes from', () => {
    const addresses = (from: string) =>
      overTheWire({ ...TASK, source: { ...PLACE, addresses: [':7722'] } }, from).source?.addresses;
    expect(addresses('192.0.2.7')).to.deep.equal(['192.0.2.7:7722']);
    expect(addresses('fd00::2')).to.deep.equal(['[fd00::2]:7722']);
  });

  it('is refused with an address that is none, or none at all', () => {
    for (const addresses of [[], ['host'], ['host:0'], ['host:65536'], ['a b:1'], ['/x:1']]) {
      expect(() => overTheWire({ ...TASK, source: { ...PLACE, addresses } }))
        .to.throw(DmError)
        .with.property('code', 'protocol_error');
    }
  });

  it('tells its progress', () => {
    const progress: CopyProgress = {
      phase: 'sending',
      resumed: true,
      files: 3,
      bytes: 2 ** 40,
      changedBytes: 5,
      readBytes: 6,
      wholeAgain: 7,
      wireBytes: 8,
      applying: { done: 1, total: 2 },
      failures: [],
    };
    const { RunCopy } = peerDefinition();
    for (const one of [progress, { ...progress, phase: null, applying: null }]) {
      const bytes = RunCopy.responseSerialize(copyProgressToWire(one));
      expect(copyProgressFromWire(RunCopy.responseDeserialize(bytes))).to.deep.equal(one);
    }
  });
});

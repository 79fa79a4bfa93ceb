import { expect } from 'chai';
import type { EntryFailure } from '../../../src/endpoint/change-stream.js';
import type { CopyObserver } from '../../../src/endpoint/copy-task.js';
import { datasetIdentity } from '../../../src/model/dataset.js';
import { copyProgressFromWire, taskToWire } from '../../../src/rpc/codec/task-codec.js';
import { runCopy } from '../../../src/rpc/handlers/run-copy.js';
import { peerDefinition } from '../../../src/rpc/proto.js';
import { sampleDataset } from '../../support/datasets.js';
import { gfid } from '../formats/format-values.js';

const MIB = 1_048_576;
const { signal } = new AbortController();

/** What the asker reads of a copy that ends before it has read anything. */
async function readLate(copy: (observer: CopyObserver) => void) {
  const { RunCopy } = peerDefinition();
  const task = {
    source: null,
    target: null,
    sourceBasePath: Buffer.from('/data/source'),
    offer: {
      ...{ dataset: datasetIdentity(sampleDataset(1)), base: null, subpaths: [] },
      ...{ targetPath: Buffer.from('/data/target'), createDataset: true, owner: 'spki:x' },
      ...{ retention: { periodSeconds: null, reserve: 0 }, adopt: false, reconnect: false },
      ...{ onDrift: 'fail' as const, maxDelete: null, lanes: 1 },
    },
    partial: 'allow' as const,
  };
  const events = runCopy(
    RunCopy.requestDeserialize(RunCopy.requestSerialize(taskToWire(task))),
    {
      access: {
        tasks: {
          run: async (_task, observer) => {
            copy(observer);
            throw new Error('the copy has ended');
          },
        },
      },
      caller: 'local',
      state: { remoteAddress: '192.0.2.7' },
      occupy: () => ({ [Symbol.dispose]: () => undefined }),
    },
    signal,
  );
  const failures: EntryFailure[] = [];
  const sizes: number[] = [];
  try {
    for await (const event of events) {
      const bytes = RunCopy.responseSerialize(event);
      sizes.push(bytes.length);
      failures.push(...copyProgressFromWire(RunCopy.responseDeserialize(bytes)).failures);
    }
  } catch (error) {
    expect(error).to.have.property('message', 'the copy has ended');
  }
  return { failures, sizes };
}

function failuresFrom(first: number, count: number, message: string): EntryFailure[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ gfid: gfid(BigInt(first + index + 2)), code: 'io_error', message },
    path: Buffer.from(`directory/${first + index}`),
  }));
}

describe('a copy for an asker that does not read', () => {
  it('tells all failures when it reads, in the order they came', async () => {
    const { failures, sizes } = await readLate((observer) => {
      for (let i = 0; i < 20_000; i++) observer.failed(failuresFrom(i, 1, 'read failed'));
    });
    expect(failures.map(({ path }) => Buffer.from(path).toString())).to.deep.equal(
      Array.from({ length: 20_000 }, (_, index) => `directory/${index}`),
    );
    expect(Math.max(...sizes)).to.be.lessThan(2 * MIB);
  });

  it('keeps so many bytes of failures, and tells how many more there were', async () => {
    const message = 'x'.repeat(1_000);
    const { failures, sizes } = await readLate((observer) => {
      for (let i = 0; i < 100; i++) observer.failed(failuresFrom(1_000 * i, 1_000, message));
    });
    const listed = failures.length - 1;
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.lessThan(16 * MIB);
    expect(listed).to.be.greaterThan(3_000);
    expect(failures.at(-1)?.code).to.equal('partial');
    expect(failures.at(-1)?.message).to.contain(`at least ${100_000 - listed} more`);
    expect(failures.at(-1)?.path).to.have.length(0);
  });
});

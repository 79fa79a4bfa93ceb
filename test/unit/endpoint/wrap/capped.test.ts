import { expect } from 'chai';
import type { ChangeBatch } from '../../../../src/endpoint/change-stream.js';
import type { CreateDatasetRequest } from '../../../../src/endpoint/dataset-maker.js';
import type { ReceiveSession } from '../../../../src/endpoint/target.js';
import { CappedMaker } from '../../../../src/endpoint/wrap/capped-maker.js';
import { CappedTarget } from '../../../../src/endpoint/wrap/capped-target.js';
import { OwnerBytes } from '../../../../src/endpoint/wrap/owner-bytes.js';
import { DmError } from '../../../../src/model/error.js';
import type { DatasetId } from '../../../../src/model/ids.js';
import { sampleDataset } from '../../../support/datasets.js';
import { MemoryPlace } from '../../../support/memory-endpoint.js';
import { NOTHING } from '../../../support/memory-session.js';
import { collect, failureOf } from '../../rpc/peer-pair.js';
import { offerOf } from '../../rpc/synthetic-place.js';

const { signal } = new AbortController();
const MIB = 1_048_576;
const REQUEST: CreateDatasetRequest = {
  basePath: Buffer.from('/data'),
  name: 'n',
  excludes: [],
  snapshot: 'auto',
  retention: { periodSeconds: null, reserve: 1_000 },
  acceptSource: false,
  partial: 'allow',
  requestId: 'r1',
};

describe('a maker with caps', () => {
  const asked: CreateDatasetRequest[] = [];
  const removed: number[] = [];
  let inUse = new Set<number>();
  let present = new Map<number, DatasetId>();
  let capped: CappedMaker;

  beforeEach(() => {
    asked.length = 0;
    removed.length = 0;
    inUse = new Set();
    present = new Map();
    let last = 0;
    const made = new Map<string, Set<DatasetId>>();
    const place = new MemoryPlace();
    place.create = async (request) => {
      asked.push(request);
      const dataset = sampleDataset(++last);
      present.set(last, dataset.id);
      return { ...dataset, number: last, basePath: REQUEST.basePath };
    };
    place.listDatasets = async function* () {
      for (const [number, id] of present) yield { ...sampleDataset(number), number, id };
    };
    capped = new CappedMaker(
      { maxDatasets: 2, maxRetentionSeconds: 60 },
      {
        maker: place,
        source: place,
        made: {
          of: async (owner) => [...(made.get(owner) ?? [])],
          add: async (owner, _path, id) =>
            void made.set(owner, new Set([...(made.get(owner) ?? []), id])),
          forget: async (owner, _path, ids) => {
            for (const id of ids) made.get(owner)?.delete(id);
          },
        },
        remove: async (number) => {
          if (inUse.has(number)) throw new DmError('in_use', 'it is read');
          present.delete(number);
          removed.push(number);
        },
      },
    );
  });

  const make = (owner: string, change: Partial<CreateDatasetRequest> = {}) =>
    capped.for(owner).create({ ...REQUEST, ...change }, () => undefined, signal);

  it('shortens retentions, never lengthens them, and keeps request ids of callers apart', async () => {
    await make('a');
    await make('b', { retention: { periodSeconds: 5, reserve: 1 } });
    expect(asked.map(({ retention }) => retention)).to.deep.equal([
      { periodSeconds: 60, reserve: 2 },
      { periodSeconds: 5, reserve: 1 },
    ]);
    expect(new Set(asked.map(({ requestId }) => requestId)).size).to.equal(2);
  });

  it('lets the oldest go, of the caller and of nobody else', async () => {
    await make('other');
    for (let count = 0; count < 4; count++) await make('a');
    expect(removed).to.deep.equal([2, 3]);
    expect([...present.keys()]).to.deep.equal([1, 4, 5]);
  });

  it('passes over what is in use, and makes nothing more while too much is', async () => {
    inUse = new Set([1]);
    for (let count = 0; count < 3; count++) await make('a');
    expect(removed).to.deep.equal([2]);
    inUse = new Set([1, 3, 4]);
    await make('a');
    const error = await failureOf(make('a'));
    expect(error.code).to.equal('quota_exceeded');
  });
});

describe('a target with a cap', () => {
  const dataset = { ...sampleDataset(1), bytes: 0n };
  const offer = offerOf(dataset);

  function target(maxBytes: bigint): CappedTarget {
    const place = new MemoryPlace();
    place.begin = async () => takesAll();
    const received = () => [
      { path: Buffer.from('/data/other'), bytes: 600n },
      { path: offer.targetPath, bytes: 900n },
    ];
    return new CappedTarget({ maxBytes }, { target: place, owners: new OwnerBytes(received) });
  }

  it('counts the other trees of the owner, not the one that is replaced', async () => {
    const big = { ...offer, dataset: { ...dataset, bytes: 400n } };
    await target(1_000n).begin(big, signal);
    expect((await failureOf(target(999n).begin(big, signal))).code).to.equal('quota_exceeded');
  });

  it('stops a peer that sends more than it said', async () => {
    const session = await target(1_000n).begin(offer, signal);
    const error = await failureOf(collect(session.write(endless(), signal)));
    expect(error.code).to.equal('quota_exceeded');
  });

  it('counts what unfinished copies have sent, until they are committed or given up', async () => {
    const to = target(BigInt(100 * MIB));
    const [one, two] = ['/data/one', '/data/two'].map((path) => ({
      ...offer,
      targetPath: Buffer.from(path),
    }));
    const asked = { ...dataset, bytes: BigInt(60 * MIB) };
    if (one === undefined || two === undefined) throw new Error('there are two');
    for (const end of ['abort', 'commit'] as const) {
      const session = await to.begin(one, signal);
      await collect(session.write(only(50), signal));
      const refused = await failureOf(to.begin({ ...two, dataset: asked }, signal));
      expect(refused.code).to.equal('quota_exceeded');
      // One that lies about its size, too, and one that began before.
      const small = await to.begin(two, signal);
      const stopped = await failureOf(collect(small.write(endless(), signal)));
      expect(stopped.code).to.equal('quota_exceeded');
      await small.abort(signal);
      await (end === 'abort'
        ? session.abort(signal)
        : session.commit({ failures: [], partial: 'allow' }, () => undefined, signal));
      await to.begin({ ...two, dataset: asked }, signal);
    }
  });

  it('counts what is compressed as it will be', async () => {
    const session = await target(1_000n).begin(offer, signal);
    let sent = 0;
    async function* shrunk(): AsyncIterable<ChangeBatch> {
      for await (const batch of endless()) {
        sent += 1;
        yield { ...batch, payload: Buffer.alloc(100), rawBytes: MIB };
      }
    }
    const error = await failureOf(collect(session.write(shrunk(), signal)));
    expect(error.code).to.equal('quota_exceeded');
    expect(sent).to.be.lessThan(20);
  });
});

function takesAll(): ReceiveSession {
  return {
    resume: null,
    committed: false,
    async *write(batches) {
      for await (const { lane, token } of batches)
        yield { lane, applied: token, needs: [], failures: [] };
    },
    commit: async () => ({ dataset: sampleDataset(1), statistics: NOTHING, failures: [] }),
    abort: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** So many batches of a MiB. */
async function* only(count: number): AsyncIterable<ChangeBatch> {
  for await (const batch of endless()) {
    if (count-- === 0) return;
    yield batch;
  }
}

/** More than any test would take: a cap that does not hold runs out of time. */
async function* endless(): AsyncIterable<ChangeBatch> {
  const payload = Buffer.alloc(MIB);
  for (let number = 0; ; number++) {
    const token = Buffer.from(String(number));
    yield {
      phase: 'content',
      lane: 0,
      token,
      payload,
      files: 0,
      bytes: MIB,
      changedBytes: 0,
      readBytes: 0,
    };
  }
}

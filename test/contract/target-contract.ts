import { expect } from 'chai';
import type { Ack, ChangeBatch } from '../../src/endpoint/change-stream.js';
import type { CompressionSwitch } from '../../src/endpoint/compression/compression-switch.js';
import type { ChangesRequest, Source } from '../../src/endpoint/source.js';
import type { Offer, ReceiveSession, Target, TargetProgress } from '../../src/endpoint/target.js';
import type { DatasetInfo } from '../../src/model/dataset.js';
import { DmError } from '../../src/model/error.js';

/**
 * A target, and a source elsewhere that holds `first` and `second` as
 * the source contract describes them.
 */
export interface TargetFixture extends AsyncDisposable {
  readonly target: Target;
  readonly origin: Source;
  readonly first: DatasetInfo;
  readonly second: DatasetInfo;
  /** Given to each stream of the origin; absent: what is sent is not compressed. */
  readonly compression?: CompressionSwitch;
  /** A path that a tree may be received at; nothing is there, and no other call gives the same. */
  freePath(): Uint8Array;
  /** The files below a target path as they are now: path to content. */
  filesAt(targetPath: Uint8Array): Promise<ReadonlyMap<string, Buffer>>;
  /** The files of a dataset of the origin. */
  filesOf(dataset: DatasetInfo): Promise<ReadonlyMap<string, Buffer>>;
}

const LANES = 2;

/** Runs the contract of the Target port on what `make` makes. */
export function describeTarget(name: string, make: () => Promise<TargetFixture>): void {
  describe(`target contract: ${name}`, () => {
    let fixture: TargetFixture;
    const signal = new AbortController().signal;

    before(async () => {
      fixture = await make();
    });
    after(() => fixture[Symbol.asyncDispose]());

    it('sees that nothing is at a free path', async () => {
      const state = await fixture.target.inspect(fixture.freePath(), signal);
      expect(state).to.deep.equal({ kind: 'absent', tree: null, head: null });
    });

    it('receives a first copy whole', async () => {
      const at = fixture.freePath();
      await using session = await begin(at, fixture.first);
      expect(session.committed).to.equal(false);
      expect(session.resume).to.equal(null);
      await copy(session, fixture.first);
      await expectFiles(at, new Map());
      const result = await commit(session);
      expect(result.dataset.id).to.equal(fixture.first.id);
      expect(result.dataset.rootDigest).to.equal(fixture.first.rootDigest);
      expect(Buffer.from(result.dataset.basePath).equals(Buffer.from(at))).to.equal(true);
      await expectFiles(at, await fixture.filesOf(fixture.first));
    });

    it('shows what it received', async () => {
      const at = fixture.freePath();
      await receive(at, fixture.first);
      const { id, rootDigest, tree } = fixture.first;
      const state = await fixture.target.inspect(at, signal);
      expect(state).to.deep.equal({ kind: 'received', tree, head: { id, rootDigest } });
      const listed = await all(fixture.target.listDatasets({ basePath: at }, signal));
      expect(listed.map((dataset) => dataset.id)).to.deep.equal([id]);
    });

    it('receives an increment on top of its base', async () => {
      const at = fixture.freePath();
      await receive(at, fixture.first);
      await receive(at, fixture.second, fixture.first);
      await expectFiles(at, await fixture.filesOf(fixture.second));
    });

    it('refuses an increment whose base is not the head', async () => {
      const error = await failure(begin(fixture.freePath(), fixture.second, fixture.first));
      expect(error).to.be.instanceOf(DmError);
      expect(error.code).to.be.oneOf(['diverged', 'not_found', 'target_changed']);
    });

    it('acknowledges every lane up to its last token', async () => {
      const at = fixture.freePath();
      await using session = await begin(at, fixture.first);
      const last = new Map<number, string>();
      const acked = new Map<number, string>();
      const counted = async function* (batches: AsyncIterable<ChangeBatch>) {
        for await (const batch of batches) {
          last.set(batch.lane, hex(batch.token));
          yield batch;
        }
      };
      for await (const ack of session.write(counted(await changes(fixture.first)), signal)) {
        acked.set(ack.lane, hex(ack.applied));
        expect(ack.needs).to.deep.equal([]);
        expect(ack.failures).to.deep.equal([]);
      }
      expect(acked).to.deep.equal(last);
    });

    it('goes on where an interrupted stream stopped', async () => {
      const at = fixture.freePath();
      const sent = { before: 0, after: 0 };
      {
        await using session = await begin(at, fixture.first);
        const some = limited(await changes(fixture.first), 3, (n) => {
          sent.before = n;
        });
        await all(session.write(some, signal));
      }
      await using session = await begin(at, fixture.first);
      expect(session.resume?.structureDone).to.equal(true);
      const { resume } = session;
      const rest = limited(
        await changes(fixture.first, { resume }),
        Number.POSITIVE_INFINITY,
        (n) => {
          sent.after = n;
        },
      );
      await all(session.write(rest, signal));
      await commit(session);
      await expectFiles(at, await fixture.filesOf(fixture.first));
      const whole = await all(await changes(fixture.first));
      expect(sent.before + sent.after).to.equal(whole.length);
    });

    it('takes the lanes of the session that it goes on with, or those of the offer', async () => {
      for (const sent of [1, 3]) {
        const at = fixture.freePath();
        {
          await using session = await begin(at, fixture.first);
          await all(session.write(limited(await changes(fixture.first), sent), signal));
        }
        await using session = await begin(at, fixture.first, null, 1);
        const { resume } = session;
        const lanes = resume?.lanes ?? 1;
        // One batch may have been the whole structure, or not.
        if (sent > 1 || resume !== null) expect(lanes).to.equal(LANES);
        await all(session.write(await changes(fixture.first, { lanes, resume }), signal));
        await commit(session);
        await expectFiles(at, await fixture.filesOf(fixture.first));
      }
    });

    it('commits once and gives the same result again', async () => {
      const at = fixture.freePath();
      const first = await receive(at, fixture.first);
      await using session = await begin(at, fixture.first);
      expect(session.committed).to.equal(true);
      const again = await commit(session);
      expect(again.dataset.id).to.equal(first.dataset.id);
      expect(again.dataset.number).to.equal(first.dataset.number);
    });

    it('refuses to commit what has not come whole', async () => {
      const at = fixture.freePath();
      await using session = await begin(at, fixture.first);
      await all(session.write(limited(await changes(fixture.first), 2), signal));
      await failure(commit(session));
      await expectFiles(at, new Map());
    });

    it('stops an older stream when a newer session begins', async () => {
      const at = fixture.freePath();
      await using older = await begin(at, fixture.first);
      const input = gate(await changes(fixture.first), 1);
      const stopped = failure(all(older.write(input.batches, signal)));
      await input.reached;
      await using newer = await begin(at, fixture.first);
      expect((await stopped).code).to.equal('session_superseded');
      input.open();
      await copy(newer, fixture.first);
      await commit(newer);
      await expectFiles(at, await fixture.filesOf(fixture.first));
    });

    it('leaves the target as it was after an abort', async () => {
      const at = fixture.freePath();
      await receive(at, fixture.first);
      await using session = await begin(at, fixture.second, fixture.first);
      await copy(session, fixture.second, fixture.first);
      await session.abort(signal);
      await expectFiles(at, await fixture.filesOf(fixture.first));
      await receive(at, fixture.second, fixture.first);
      await expectFiles(at, await fixture.filesOf(fixture.second));
    });

    it('stops writing when the signal aborts', async () => {
      const abort = new AbortController();
      await using session = await begin(fixture.freePath(), fixture.first);
      const input = gate(await changes(fixture.first), 1);
      const stopped = failure(all(session.write(input.batches, abort.signal)));
      await input.reached;
      abort.abort(new DmError('cancelled', 'stopped by the test'));
      expect((await stopped).code).to.equal('cancelled');
      input.open();
    });

    it('tells its progress while it commits', async () => {
      await using session = await begin(fixture.freePath(), fixture.first);
      await copy(session, fixture.first);
      const seen: TargetProgress[] = [];
      const request = { failures: [], partial: 'allow' } as const;
      await session.commit(request, (progress) => seen.push(progress), signal);
      expect(seen).not.to.have.length(0);
      for (const { done, total } of seen) expect(done).to.be.at.most(total);
    });

    function begin(
      targetPath: Uint8Array,
      dataset: DatasetInfo,
      base: DatasetInfo | null = null,
      lanes = LANES,
    ): Promise<ReceiveSession> {
      const offer: Offer = {
        dataset,
        base: base && { id: base.id, rootDigest: base.rootDigest },
        subpaths: [],
        targetPath,
        createDataset: true,
        retention: { periodSeconds: null, reserve: 0 },
        owner: 'policy',
        adopt: false,
        reconnect: false,
        onDrift: 'repair',
        maxDelete: null,
        lanes,
      };
      return fixture.target.begin(offer, signal);
    }

    async function changes(
      dataset: DatasetInfo,
      change: Partial<ChangesRequest> = {},
    ): Promise<AsyncIterable<ChangeBatch>> {
      const reader = await fixture.origin.open({ id: dataset.id }, signal);
      const { compression } = fixture;
      const request = {
        base: null,
        subpaths: [],
        lanes: LANES,
        resume: null,
        ...(compression && { compression }),
        ...change,
      };
      return disposing(reader, reader.changes(request, signal));
    }

    async function copy(
      session: ReceiveSession,
      dataset: DatasetInfo,
      base: DatasetInfo | null = null,
    ): Promise<Ack[]> {
      const request = base && { base: { id: base.id, rootDigest: base.rootDigest } };
      return all(session.write(await changes(dataset, request ?? {}), signal));
    }

    async function receive(at: Uint8Array, dataset: DatasetInfo, base: DatasetInfo | null = null) {
      await using session = await begin(at, dataset, base);
      await copy(session, dataset, base);
      return commit(session);
    }

    function commit(session: ReceiveSession) {
      return session.commit({ failures: [], partial: 'allow' }, () => undefined, signal);
    }

    async function expectFiles(
      at: Uint8Array,
      expected: ReadonlyMap<string, Buffer>,
    ): Promise<void> {
      const found = await fixture.filesAt(at);
      expect([...found.keys()].sort()).to.deep.equal([...expected.keys()].sort());
      for (const [name, content] of expected) {
        expect(found.get(name)?.equals(content), name).to.equal(true);
      }
    }
  });
}

/** The first `count` items. */
async function* limited<T>(
  items: AsyncIterable<T>,
  count: number,
  onCount: (count: number) => void = () => undefined,
): AsyncGenerator<T> {
  let sent = 0;
  for await (const item of items) {
    if (sent === count) return;
    sent++;
    onCount(sent);
    yield item;
  }
}

/** Lets `count` items through and holds the rest until it is opened. */
function gate<T>(items: AsyncIterable<T>, count: number) {
  let open: () => void = () => undefined;
  let reach: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const batches = (async function* () {
    let sent = 0;
    for await (const item of items) {
      if (sent++ === count) {
        reach();
        await opened;
      }
      yield item;
    }
  })();
  return { batches, reached, open };
}

async function* disposing<T>(owner: AsyncDisposable, items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } finally {
    await owner[Symbol.asyncDispose]();
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function failure(work: Promise<unknown>): Promise<DmError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DmError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

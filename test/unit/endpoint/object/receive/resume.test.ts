import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { parsePackId } from '../../../../../src/catalog/page-store.js';
import { DmError } from '../../../../../src/model/error.js';
import { parseSystemGuid } from '../../../../../src/model/ids.js';
import { serialiseDoomedList } from '../../../../../src/repository/doomed-list.js';
import { parseNumber } from '../../../../../src/repository/number-object.js';
import { numberKey, RepositoryLayout } from '../../../../../src/repository/object-layout.js';
import type { ObjectStore } from '../../../../../src/repository/object-store.js';
import { BASE_PATH, ObjectFixture } from './object-fixture.js';

const LAYOUT = new RepositoryLayout(Buffer.from(BASE_PATH));

describe('backup that is interrupted', function () {
  this.timeout(120_000);
  let fixture: ObjectFixture;

  beforeEach(() => {
    fixture = new ObjectFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  /** Puts of data packs so far; once `limit` of them have been finished the store is gone. */
  const countPacks = (limit: number) => {
    const counts = { packs: 0, bytes: 0, failed: 0 };
    const running: Promise<void>[] = [];
    fixture.wrap = (store) =>
      withPut(store, async (key, bytes, put) => {
        if (!key.startsWith(LAYOUT.packs('data'))) return put();
        if (counts.packs >= limit) {
          // What is still on its way would be given up with this one, and rightly be sent again.
          await Promise.all(running);
          await setImmediate();
          counts.failed++;
          throw new DmError('store_unreachable', 'the store is gone; try again');
        }
        counts.packs++;
        counts.bytes += bytes;
        const finished = put();
        running.push(finished);
        return finished;
      });
    return counts;
  };

  const expectSource = async () => {
    const reader = fixture.reader();
    const record = reader.records().at(-1);
    if (record === undefined) throw new Error('there is no dataset');
    const files = await reader.files(record);
    for (const [path, content] of files) {
      const wanted = readFileSync(join(fixture.copy.source, path));
      expect(content.equals(wanted), path).to.equal(true);
    }
    return files.size;
  };

  it('goes on without sending finished packs again', async () => {
    fixture.copy.sh(
      'for i in $(seq 60); do head -c 1000000 /dev/urandom > $i; done; head -c 30000000 /dev/urandom > big',
    );
    const dataset = await fixture.copy.capture();
    const before = countPacks(3);
    expect(await codeOf(fixture.backUp(dataset))).to.equal('store_unreachable');
    expect(before.packs).to.equal(3);
    expect(before.failed).to.be.greaterThan(0);
    const after = countPacks(Number.POSITIVE_INFINITY);
    await fixture.backUp(dataset);
    // Everything is random: what was sent before would have to be sent again.
    expect(before.bytes + after.bytes).to.be.lessThan(90_000_000 * 1.02);
    expect(after.bytes).to.be.lessThan(90_000_000 - before.bytes * 0.95);
    expect(await expectSource()).to.equal(61);
    expect(fixture.reader().records().length).to.equal(1);
  });

  it('is begun anew when another dataset is copied instead', async () => {
    fixture.copy.sh('for i in $(seq 40); do head -c 1000000 /dev/urandom > $i; done');
    countPacks(1);
    expect(await codeOf(fixture.backUp())).to.equal('store_unreachable');
    countPacks(Number.POSITIVE_INFINITY);
    fixture.copy.sh('echo more > more');
    await fixture.backUp();
    expect(await expectSource()).to.equal(41);
  });

  it('does not refer to packs that a prune is about to delete', async () => {
    fixture.copy.sh('head -c 3000000 /dev/urandom > one');
    await fixture.backUp();
    const packs = readdirSync(join(fixture.directory, LAYOUT.packs('data')));
    await doom(packs);
    fixture.copy.sh('cp one two');
    const before = fixture.reader().storedBytes('data');
    await fixture.backUp();
    expect(fixture.reader().storedBytes('data') - before).to.be.greaterThan(2_900_000);
    await expectSource();
  });

  it('goes back when a prune begins while its record is written', async () => {
    fixture.copy.sh('head -c 3000000 /dev/urandom > one');
    await fixture.backUp();
    const packs = readdirSync(join(fixture.directory, LAYOUT.packs('data')));
    fixture.copy.sh('cp one two');
    const dataset = await fixture.copy.capture();
    let doomed = 0;
    fixture.wrap = (store) =>
      withPut(store, async (key, _bytes, put) => {
        if (key.startsWith(LAYOUT.datasets) && doomed++ === 0) await doom(packs);
        return put();
      });
    expect(await codeOf(fixture.backUp(dataset))).to.equal('target_changed');
    expect(doomed).to.equal(1);
    expect(fixture.reader().records().length).to.equal(1);
    const before = fixture.reader().storedBytes('data');
    await fixture.backUp(dataset);
    // `two` was the same as what is doomed now.
    expect(fixture.reader().storedBytes('data') - before).to.be.greaterThan(2_900_000);
    expect(
      fixture
        .reader()
        .records()
        .map(({ number }) => number),
    ).to.deep.equal([1, 2]);
    // The number names the record that was written at last.
    const named = parseNumber(readFileSync(join(fixture.directory, numberKey(2)), 'utf8'), 'two');
    expect(existsSync(join(fixture.directory, named.record))).to.equal(true);
    await expectSource();
  });

  it('takes a record back that a prune has overtaken, also for whoever took it for whole', async () => {
    fixture.copy.sh('head -c 3000000 /dev/urandom > one');
    await fixture.backUp();
    const packs = readdirSync(join(fixture.directory, LAYOUT.packs('data')));
    fixture.copy.sh('cp one two');
    const dataset = await fixture.copy.capture();
    let isDead = false;
    fixture.wrap = (store) =>
      withPut(store, async (key, _bytes, put) => {
        await put();
        isDead ||= key.startsWith(LAYOUT.datasets);
        // The agent dies right behind its record.
        if (isDead) throw new DmError('store_unreachable', 'the agent was killed');
      });
    expect(await codeOf(fixture.backUp(dataset))).to.equal('store_unreachable');
    expect(isDead).to.equal(true);
    fixture.wrap = (store) => store;
    await doom(packs);
    const target = await fixture.makeTarget();
    const begin = target.begin({ ...fixture.offer, dataset, base: null }, fixture.signal);
    expect(await codeOf(begin)).to.equal('target_changed');
    expect(fixture.reader().records().length).to.equal(1);
    const before = fixture.reader().storedBytes('data');
    await fixture.backUp(dataset);
    expect(fixture.reader().storedBytes('data') - before).to.be.greaterThan(2_900_000);
    expect(await expectSource()).to.equal(2);
  });

  it('goes back when the dataset that it builds upon is deleted', async () => {
    fixture.copy.sh('echo one > one');
    await fixture.backUp();
    fixture.copy.sh('echo two > two');
    const dataset = await fixture.copy.capture();
    let deleted = 0;
    fixture.wrap = (store) =>
      withPut(store, async (key, _bytes, put) => {
        if (key.startsWith('numbers/') && deleted++ === 0) {
          const [record] = readdirSync(join(fixture.directory, LAYOUT.datasets));
          await store.delete([`${LAYOUT.datasets}${record}`], fixture.signal);
        }
        return put();
      });
    expect(await codeOf(fixture.backUp(dataset))).to.equal('target_changed');
    expect(deleted).to.equal(1);
    await fixture.backUp(dataset);
    expect(await expectSource()).to.equal(2);
    expect(fixture.reader().records().length).to.equal(1);
  });

  it('gives two writers at one account different numbers', async () => {
    fixture.copy.sh('echo one > one');
    const dataset = await fixture.copy.capture();
    const other = new ObjectFixture(fixture.directory, 'elsewhere');
    try {
      other.copy.sh('echo two > two');
      const there = await other.copy.capture();
      const results = await Promise.all([fixture.backUp(dataset), other.backUp(there)]);
      const numbers = results.map((result) => result.dataset.number).sort();
      expect(numbers).to.deep.equal([1, 2]);
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });

  async function doom(packs: readonly string[]): Promise<void> {
    const store = await fixture.openStore();
    const list = serialiseDoomedList({
      doomedAtMs: Date.now(),
      owner: parseSystemGuid('0'.repeat(36)),
      finishedAtMs: null,
      packs: { data: packs.map(parsePackId), pages: [] },
    });
    await store.put(LAYOUT.doomedList(1), Buffer.from(list), {}, fixture.signal);
  }
});

/** The store with another put. */
function withPut(
  store: ObjectStore,
  put: (key: string, bytes: number, put: () => Promise<void>) => Promise<void>,
): ObjectStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'put') {
        return (...[key, body, ...rest]: Parameters<ObjectStore['put']>) =>
          put(key, (body as Uint8Array).length, () => target.put(key, body, ...rest));
      }
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof DmError ? error.code : String(error);
  }
  return 'nothing thrown';
}

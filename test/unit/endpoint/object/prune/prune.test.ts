import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { PRUNE_STEPS } from '../../../../../src/endpoint/object/prune/prune-types.js';
import { DirectoryStore } from '../../../../../src/endpoint/object/store/directory/directory-store.js';
import { ReadOnlyStore } from '../../../../../src/endpoint/object/store/read-only-store.js';
import { verifyFromHere } from '../../../../../src/engine/verify-from-here.js';
import { parseSystemGuid } from '../../../../../src/model/ids.js';
import { systemClock } from '../../../../../src/util/clock.js';
import { BASE_PATH } from '../receive/object-fixture.js';
import { errorOf, PruneFixture } from './prune-fixture.js';

const DAY_MS = 86_400_000;
const AS_IT_LIES = { repackBelow: 0 };

describe('prune', function () {
  this.timeout(120_000);
  let fixture: PruneFixture;

  beforeEach(() => {
    fixture = new PruneFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  /** Three datasets; what the first one alone refers to are 3 MB. */
  async function threeBackups(): Promise<void> {
    fixture.copy.sh('head -c 3000000 /dev/urandom > early');
    await fixture.backUp();
    fixture.copy.sh(
      'rm early; mkdir d; for i in $(seq 200); do echo $i > d/$i; done; head -c 2000000 /dev/urandom > kept',
    );
    await fixture.backUp();
    fixture.copy.sh('echo more > more; rm d/1*');
    await fixture.backUp();
  }

  it('frees what deleted datasets alone referred to, and nothing else', async () => {
    await threeBackups();
    expect((await fixture.prune(AS_IT_LIES)).packsDeleted).to.equal(0);
    await fixture.deleteRecord(0);
    const before = fixture.storeBytes();
    const steps: string[] = [];
    const summary = await fixture.prune(AS_IT_LIES, {
      onProgress: ({ step }) => steps.push(step),
    });
    expect(summary.packsDeleted).to.be.greaterThan(0);
    expect(summary.bytesFreed).to.be.greaterThan(2_900_000);
    // A list of what was deleted stays.
    expect(before - fixture.storeBytes()).to.be.within(
      summary.bytesFreed - 500,
      summary.bytesFreed,
    );
    const passed = PRUNE_STEPS.filter((step) => step !== 'waiting' && step !== 'repacking');
    // No grace is a moment, too: the store's clock may be a millisecond behind it.
    expect([...new Set(steps)].filter((step) => step !== 'waiting')).to.deep.equal(passed);
    expect(await fixture.expectWhole()).to.equal(2);
    fixture.copy.sh('echo again > again');
    await fixture.backUp();
    expect(await fixture.expectWhole()).to.equal(3);
    expect((await fixture.prune(AS_IT_LIES)).packsDeleted).to.equal(0);
  });

  it('empties a repository without datasets, encrypted too', async () => {
    fixture.secret = Buffer.alloc(32, 7);
    await threeBackups();
    for (let i = 0; i < 3; i++) await fixture.deleteRecord(0);
    await fixture.prune();
    for (const kind of ['data', 'pages']) {
      const path = join(fixture.directory, BASE_PATH, 'packs', kind);
      expect(existsSync(path) ? readdirSync(path) : []).to.deep.equal([]);
    }
  });

  for (const secret of [null, Buffer.alloc(32, 5)]) {
    it(`packs anew what is used of ${secret === null ? '' : 'encrypted '}packs that hold little else`, async () => {
      fixture.secret = secret;
      fixture.copy.sh(
        'head -c 3000000 /dev/urandom > early; mkdir d; for i in $(seq 300); do echo $i > d/$i; done;' +
          'head -c 200000 /dev/urandom > kept; ln -s $(head -c 3000 /dev/zero | tr "\\0" x | fold -w 200 | paste -sd /) far',
      );
      await fixture.backUp();
      for (const change of ['rm early', 'rm d/1*; echo more > more', 'printf x >> kept']) {
        fixture.copy.sh(change);
        await fixture.backUp();
      }
      await fixture.deleteRecord(0);
      const before = fixture.storeBytes();
      const summary = await fixture.prune();
      expect(summary.packsRepacked).to.be.greaterThan(0);
      expect(before - fixture.storeBytes()).to.be.greaterThan(2_900_000);
      expect(fixture.storeBytes()).to.be.lessThan(1_000_000);
      await expectGood(3);
      // What lies elsewhere now is found again when the same bytes come.
      const data = fixture.storeBytes();
      fixture.copy.sh('head -c 200000 kept > again');
      await fixture.backUp();
      expect(fixture.storeBytes() - data).to.be.lessThan(20_000);
      await expectGood(4);
      await fixture.deleteRecord(0);
      await fixture.deleteRecord(0);
      await fixture.prune();
      await expectGood(2);
    });
  }

  /** Every dataset reads whole, by the account's own reader. */
  async function expectGood(datasets: number): Promise<void> {
    const source = await fixture.makeSource();
    let seen = 0;
    for await (const { number } of source.listDatasets({}, fixture.signal)) {
      const result = await verifyFromHere(source, { number }, () => undefined, fixture.signal);
      expect(result.bad).to.equal(0);
      seen++;
    }
    expect(seen).to.equal(datasets);
    if (fixture.secret === null) expect(await fixture.expectWhole()).to.equal(datasets);
  }

  it('only says what it would do in a dry run', async () => {
    await threeBackups();
    await fixture.deleteRecord(0);
    const before = fixture.storeBytes();
    const dry = await fixture.prune({ ...AS_IT_LIES, dryRun: true });
    expect(fixture.storeBytes()).to.equal(before);
    expect(dry.bytesDoomed).to.be.greaterThan(2_900_000);
    const store = await DirectoryStore.open(
      { path: fixture.directory, singleWriter: false, readOnly: true },
      { clock: systemClock, randomBytes },
    );
    const why = 'the account has --read-only';
    await using readOnly = new ReadOnlyStore({ why }, { store });
    const look = await fixture.prune({ ...AS_IT_LIES, dryRun: true }, { store: readOnly });
    expect(look).to.deep.equal(dry);
    const real = await fixture.prune(AS_IT_LIES);
    expect(real.bytesFreed).to.equal(dry.bytesDoomed);
  });

  it('says in a dry run what packing anew would free', async () => {
    await fixture.backUpSparse();
    const dry = await fixture.prune({ dryRun: true });
    const before = fixture.storeBytes();
    const real = await fixture.prune();
    expect(dry.packsRepacked).to.equal(real.packsRepacked).and.to.be.greaterThan(0);
    expect(dry.bytesRepacked).to.be.within(real.bytesRepacked * 0.9, real.bytesRepacked);
    expect(dry.bytesDoomed).to.be.within(real.bytesFreed * 0.95, real.bytesFreed);
    const freed = before - fixture.storeBytes();
    expect(dry.bytesDoomed - dry.bytesRepacked).to.be.within(freed * 0.95, freed * 1.05);
  });

  it('leaves what is young alone', async () => {
    await threeBackups();
    await fixture.deleteRecord(0);
    const summary = await fixture.prune({ leftoverMs: DAY_MS });
    expect(summary).to.include({ packsDeleted: 0, packsDoomed: 0 });
    expect(summary.bytesYoung).to.be.greaterThan(2_900_000);
  });

  it('drops what was being written or tried when a writer was killed, of numbers too', async () => {
    await fixture.backUp();
    const left = [
      `${BASE_PATH}/packs/data/%t${'0'.repeat(32)}`,
      `numbers/%t${'1'.repeat(32)}`,
      `%t${'2'.repeat(32)}`,
    ];
    for (const path of left) {
      mkdirSync(dirname(join(fixture.directory, path)), { recursive: true });
      writeFileSync(join(fixture.directory, path), 'half');
    }
    expect((await fixture.prune({ leftoverMs: DAY_MS })).uploadsDropped).to.equal(0);
    expect((await fixture.prune()).uploadsDropped).to.equal(3);
    for (const path of left) expect(existsSync(join(fixture.directory, path))).to.equal(false);
  });

  it('drops the numbers of datasets that are gone, but for the newest', async () => {
    const numbers = () => readdirSync(join(fixture.directory, 'numbers')).map(Number).sort();
    await threeBackups();
    await fixture.deleteRecord(0);
    await fixture.deleteRecord(1);
    expect(numbers()).to.deep.equal([1, 2, 3]);
    expect((await fixture.prune({ leftoverMs: DAY_MS })).numbersDropped).to.equal(0);
    expect((await fixture.prune({ dryRun: true })).numbersDropped).to.equal(1);
    expect(numbers()).to.deep.equal([1, 2, 3]);
    expect((await fixture.prune()).numbersDropped).to.equal(1);
    expect(numbers()).to.deep.equal([2, 3]);
    await fixture.backUp();
    expect(numbers()).to.deep.equal([2, 3, 4]);
    expect((await fixture.prune()).numbersDropped).to.equal(1);
    expect(numbers()).to.deep.equal([2, 4]);
    const found: number[] = [];
    for await (const { number } of (await fixture.makeSource()).listDatasets({}, fixture.signal)) {
      found.push(number);
    }
    expect(found).to.deep.equal([2, 4]);
    await fixture.expectWhole();
  });

  it('is done in two goes when it does not wait', async () => {
    await threeBackups();
    await fixture.deleteRecord(0);
    const before = fixture.storeBytes();
    const first = await fixture.prune({ ...AS_IT_LIES, graceMs: DAY_MS, wait: false });
    expect(first.packsDeleted).to.equal(0);
    expect(first.bytesDoomed).to.be.greaterThan(2_900_000);
    expect(first.doomedUntilMs).to.be.greaterThan(Date.now() + DAY_MS / 2);
    const again = await fixture.prune({ ...AS_IT_LIES, graceMs: DAY_MS, wait: false });
    expect(again).to.include({ packsDeleted: 0, bytesDoomed: first.bytesDoomed });
    const last = await fixture.prune({ ...AS_IT_LIES, wait: false });
    expect(last.bytesFreed).to.equal(first.bytesDoomed);
    expect(before - fixture.storeBytes()).to.be.greaterThan(2_900_000);
    expect(await fixture.expectWhole()).to.equal(2);
  });

  it('leaves the list of another agent to that, for a day', async () => {
    await threeBackups();
    await fixture.deleteRecord(0);
    const other = parseSystemGuid('b'.repeat(36));
    await fixture.prune({ graceMs: DAY_MS, wait: false }, { owner: other });
    const error = await errorOf(fixture.prune());
    expect(error.code).to.equal('in_use');
    expect(error.message).to.contain(other);
    const taken = await fixture.prune({ graceMs: -2 * DAY_MS, wait: false });
    expect(taken.bytesFreed).to.be.greaterThan(2_900_000);
  });

  it('deletes nothing while something that datasets need is missing', async () => {
    await threeBackups();
    const store = await fixture.openStore();
    const data = readdirSync(join(fixture.directory, BASE_PATH, 'packs/data'));
    for (const pack of data)
      await store.delete([`${BASE_PATH}/packs/data/${pack}`], fixture.signal);
    const error = await errorOf(fixture.prune());
    expect(error.code).to.equal('corrupt');
    expect(error.message).to.match(/nothing was deleted.*data pack/);
  });
});

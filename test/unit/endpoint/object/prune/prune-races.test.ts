import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { DmError } from '../../../../../src/model/error.js';
import { disturbed, type StoreChange } from '../../../../support/disturbed-store.js';
import { BASE_PATH } from '../receive/object-fixture.js';
import { errorOf, PruneFixture } from './prune-fixture.js';

describe('prune beside others', function () {
  this.timeout(120_000);
  let fixture: PruneFixture;
  let early: Buffer;

  /**
   * The second dataset is there, the packs of the first one are garbage, and the
   * source is about to have its content again.
   */
  beforeEach(async () => {
    fixture = new PruneFixture();
    fixture.copy.sh(
      'head -c 1000000 /dev/urandom > early; mkdir d; for i in $(seq 20); do echo $i > d/$i; done',
    );
    early = readFileSync(join(fixture.copy.source, 'early'));
    await fixture.backUp();
    fixture.copy.sh('rm early; rm d/1');
    await fixture.backUp();
    await fixture.deleteRecord(0);
    writeFileSync(join(fixture.copy.source, 'early'), early);
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  /** Tries as a job does. Returns the codes of the tries that failed. */
  async function backUpAtLast(dataset: DatasetInfo): Promise<string[]> {
    const codes: string[] = [];
    for (let tries = 0; tries < 5; tries++) {
      try {
        await fixture.backUp(dataset);
        return codes;
      } catch (error) {
        codes.push((error as { code?: string }).code ?? String(error));
      }
    }
    throw new Error(`no backup after ${codes.join(', ')}`);
  }

  const moments: readonly [string, (change: StoreChange) => boolean][] = [
    ['before garbage is listed', ({ call, key }) => call === 'put' && key.includes('/doomed/')],
    [
      'before datasets name new packs',
      ({ call, key }) => call === 'put' && key.includes('/datasets/'),
    ],
    ['before garbage is deleted', ({ call, key }) => call === 'delete' && key.includes('/packs/')],
  ];
  for (const [name, isMoment] of moments) {
    it(`a backup ${name} has what it refers to`, async () => {
      const dataset = await fixture.copy.capture();
      let hits = 0;
      const store = disturbed(await fixture.openStore(), async (change, apply) => {
        if (isMoment(change) && hits++ === 0) await backUpAtLast(dataset);
        return apply();
      });
      await fixture.prune({}, { store });
      expect(hits).to.be.greaterThan(0);
      expect(await fixture.expectWhole()).to.equal(2);
      await fixture.prune();
      expect(await fixture.expectWhole()).to.equal(2);
    });
  }

  // Everything is old enough to be taken for garbage here, what the backup has just put too.
  const places: readonly [string, (change: StoreChange) => boolean][] = [
    ['that has found what it needs in garbage', ({ key }) => key.startsWith('numbers/')],
    ['while it puts its pages', ({ key }) => key.includes('/packs/pages/')],
    ['while it puts its record', ({ call, key }) => call === 'put' && key.includes('/datasets/')],
  ];
  for (const [name, isPlace] of places) {
    it(`a backup ${name} is whole in the end`, async () => {
      const dataset = await fixture.copy.capture();
      let hits = 0;
      fixture.wrap = (store) =>
        disturbed(store, async (change, apply) => {
          if (isPlace(change) && hits++ === 0) await fixture.prune();
          return apply();
        });
      expect(new Set(await backUpAtLast(dataset))).to.deep.equal(new Set(['target_changed']));
      expect(hits).to.be.greaterThan(0);
      expect(await fixture.expectWhole()).to.equal(2);
      fixture.wrap = (store) => store;
      await fixture.prune();
      expect(await fixture.expectWhole()).to.equal(2);
    });
  }

  it('a backup whose packs were taken for leftovers sends them again', async () => {
    fixture.copy.sh('head -c 40000000 /dev/urandom > large');
    const dataset = await fixture.copy.capture();
    let packs = 0;
    fixture.wrap = (store) =>
      disturbed(store, async ({ key }, apply) => {
        if (key.includes('/packs/data/') && ++packs > 2)
          throw new DmError('shutting_down', 'the agent was killed');
        return apply();
      });
    expect((await errorOf(fixture.backUp(dataset))).code).to.equal('shutting_down');
    fixture.wrap = (store) => store;
    expect((await fixture.prune()).packsDeleted).to.be.greaterThan(2);
    await backUpAtLast(dataset);
    expect(await fixture.expectWhole()).to.equal(2);
  });

  it('a record that was put after the last look, by a writer that stood still, is taken back', async () => {
    const dataset = await fixture.copy.capture();
    let isReady = false;
    fixture.wrap = (store) =>
      disturbed(store, async ({ call, key }, apply) => {
        if (call !== 'put' || !key.includes('/datasets/') || isReady) return apply();
        // The prune looks for the last time, and this record comes before it
        // has ended; then its writer dies.
        isReady = true;
        const slow = disturbed(await fixture.openStore(), async (change, applyChange) => {
          await applyChange();
          if (change.call === 'delete' && change.key.includes('/packs/pages/')) await apply();
        });
        const error = await errorOf(fixture.prune({}, { store: slow }));
        expect(error.code).to.equal('target_changed');
        expect(error.message).to.match(/dataset 3 was taken back/);
        throw new DmError('shutting_down', 'the agent was killed');
      });
    expect((await errorOf(fixture.backUp(dataset))).code).to.equal('shutting_down');
    expect(fixture.reader().records().length).to.equal(1);
    await backUpAtLast(dataset);
    expect(await fixture.expectWhole()).to.equal(2);
  });

  it('a late record stays when what it names was kept for another', async () => {
    await fixture.backUp();
    const folder = join(fixture.directory, BASE_PATH, 'datasets');
    const name = readdirSync(folder).sort().at(-1) ?? '';
    const record = readFileSync(join(folder, name));
    const later = name.replace(/^[0-9]{4}/, '2099');
    // Garbage that goes, beside what is listed and then kept.
    fixture.copy.sh('head -c 1000000 /dev/urandom > garbage');
    await fixture.backUp();
    await fixture.deleteRecord(2);
    rmSync(join(folder, name));
    const store = disturbed(await fixture.openStore(), async ({ call, key }, apply) => {
      await apply();
      if (call === 'put' && key.includes('/doomed/')) writeFileSync(join(folder, name), record);
      if (call === 'delete' && key.includes('/packs/')) writeFileSync(join(folder, later), record);
    });
    const summary = await fixture.prune({}, { store });
    expect(summary.packsDeleted).to.be.greaterThan(0);
    expect(readdirSync(folder)).to.include.members([name, later]);
    for (const one of fixture.reader().records()) await fixture.reader().files(one);
  });

  it('a dataset that is deleted while its packs are packed anew stays deleted', async () => {
    fixture.copy.sh('rm -r d; for i in $(seq 150); do head -c 50000 /dev/urandom > $i; done');
    const first = await fixture.backUp();
    fixture.copy.sh('for i in $(seq 145); do rm $i; done');
    const second = await fixture.backUp();
    await fixture.deleteRecord(1);
    expect(first.dataset.number).to.equal(3);
    let hits = 0;
    const plain = await fixture.openStore();
    const remove = () => fixture.deleteDataset(second.dataset.number, plain);
    const isLost = ({ call, key }: StoreChange): boolean =>
      call === 'put' && key.includes('/datasets/') && key.endsWith(second.dataset.id);
    const store = disturbed(plain, async (change, apply) => {
      if (isLost(change) && hits++ === 0) await remove();
      return apply();
    });
    const summary = await fixture.prune({}, { store });
    expect(summary.packsRepacked).to.be.greaterThan(0);
    expect(hits).to.equal(1);
    expect(
      fixture
        .reader()
        .records()
        .map(({ number }) => number),
    ).to.deep.equal([2]);
  });

  it('a dataset that came back because a prune was killed goes with the next one', async () => {
    const { dataset } = await fixture.backUp();
    const folder = join(fixture.directory, BASE_PATH, 'datasets');
    const name = readdirSync(folder).find((one) => one.endsWith(dataset.id)) ?? '';
    const record = readFileSync(join(folder, name));
    const store = await fixture.openStore();
    await fixture.deleteDataset(dataset.number, store);
    writeFileSync(join(folder, name), record);
    await fixture.prune({ leftoverMs: 86_400_000 });
    expect(readdirSync(folder)).to.not.include(name);
    const marks = join(fixture.directory, BASE_PATH, 'deleted');
    expect(readdirSync(marks)).to.deep.equal([name]);
    // As long as nothing newer is there it tells that this was deleted, and not lost.
    await fixture.prune();
    expect(readdirSync(marks)).to.deep.equal([name]);
    await fixture.backUp();
    await fixture.prune();
    expect(existsSync(marks) ? readdirSync(marks) : []).to.deep.equal([]);
  });

  it('a record that was put just before a crash is looked at again', async () => {
    const dataset = await fixture.copy.capture();
    let crashed = 0;
    fixture.wrap = (store) =>
      disturbed(store, async ({ call, key }, apply) => {
        await apply();
        if (call === 'put' && key.includes('/datasets/') && crashed++ === 0) {
          throw new DmError('shutting_down', 'the agent was killed');
        }
      });
    expect((await errorOf(fixture.backUp(dataset))).code).to.equal('shutting_down');
    expect(fixture.reader().records().length).to.equal(2);
    expect(await backUpAtLast(dataset)).to.deep.equal([]);
    await fixture.prune();
    expect(await fixture.expectWhole()).to.equal(2);
  });

  it('a backup whose deletion broke off is none, and is made again', async () => {
    const captured = await fixture.copy.capture();
    const first = await fixture.backUp(captured);
    const plain = await fixture.openStore();
    const dying = disturbed(plain, ({ call }, apply) =>
      call === 'delete' ? Promise.reject(new DmError('shutting_down', 'killed')) : apply(),
    );
    const { number } = first.dataset;
    const broken = fixture.deleteDataset(number, dying);
    expect((await errorOf(broken)).code).to.equal('shutting_down');
    expect(fixture.reader().records().length).to.equal(2);
    const again = await fixture.backUp(captured);
    expect(again.dataset.number).to.equal(number + 1);
    await fixture.prune();
    expect(await fixture.expectWhole()).to.equal(2);
  });

  it('a restore of another site goes on', async () => {
    const { dataset } = await fixture.backUp();
    if (dataset === null) throw new Error('no backup was made');
    await fixture.deleteRecord(0);
    const source = await fixture.makeSource();
    await using reader = await source.open({ id: dataset.id }, fixture.signal);
    const changes = reader.changes(
      { base: null, subpaths: [], lanes: 2, resume: null },
      fixture.signal,
    );
    let batches = 0;
    let pruned = 0;
    for await (const batch of changes) {
      batches++;
      if (batch.phase === 'content' && pruned === 0) {
        pruned = (await fixture.prune()).packsDeleted;
      }
    }
    expect(batches).to.be.greaterThan(1);
    expect(pruned).to.be.greaterThan(0);
  });
});

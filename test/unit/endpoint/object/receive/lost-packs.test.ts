import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Gfid } from '../../../../../src/model/ids.js';
import { errorOf, PruneFixture } from '../prune/prune-fixture.js';
import { BASE_PATH } from './object-fixture.js';

describe('a backup on top of one whose packs are gone from the store', function () {
  this.timeout(120_000);
  let fixture: PruneFixture;

  beforeEach(async () => {
    fixture = new PruneFixture();
    fixture.copy.sh(
      'head -c 3500000 /dev/urandom > large; mkdir d; for i in $(seq 300); do head -c 3000 /dev/urandom > d/$i; done',
    );
    await fixture.backUp();
    fixture.copy.sh(
      'echo more > more; printf changed | dd of=large bs=1 seek=2000000 conv=notrunc status=none',
    );
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  const folder = (kind: string): string => join(fixture.directory, BASE_PATH, 'packs', kind);
  const lose = (kind: string): void => {
    for (const name of readdirSync(folder(kind))) rmSync(join(folder(kind), name));
  };

  for (const isNewAgent of [false, true]) {
    const where = isNewAgent ? 'another agent' : 'the agent that made it';
    it(`stores what lay in lost data packs again, on ${where}`, async () => {
      lose('data');
      if (isNewAgent) rmSync(fixture.workPath, { recursive: true });
      const { dataset } = await fixture.backUp();
      expect(dataset.warnings.map(({ code }) => code)).to.deep.equal(['packs_lost']);
      expect(fixture.warnings.join()).to.contain('data packs of a backup are gone from the store');
      await fixture.deleteDataset(1);
      expect(await fixture.expectWhole()).to.equal(1);
      fixture.copy.sh('echo again > more');
      expect((await fixture.backUp()).dataset.warnings).to.deep.equal([]);
      expect(await fixture.expectWhole()).to.equal(2);
    });
  }

  it('looks through its base only when packs have gone, or another agent made it', async () => {
    const run: string[] = [];
    fixture.lanePool = new Proxy(fixture.pool, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          if (name === 'run') run.push(String(given[0]));
          return value.apply(target, given) as unknown;
        };
      },
    });
    await fixture.backUp();
    expect(run).to.include('object.commit').and.not.include('object.checkBase');
    rmSync(fixture.workPath, { recursive: true });
    fixture.copy.sh('echo again > more');
    await fixture.backUp();
    expect(run).to.include('object.checkBase');
    expect(fixture.warnings).to.deep.equal([]);
  });

  it('puts lost page packs again of which the agent has copies', async () => {
    lose('pages');
    await fixture.backUp();
    expect(fixture.warnings.join()).to.contain('page packs of a backup were gone from the store');
    expect(await fixture.expectWhole()).to.equal(2);
  });

  it('fails when pages are nowhere', async () => {
    lose('pages');
    rmSync(fixture.workPath, { recursive: true });
    mkdirSync(fixture.workPath);
    const error = await errorOf(fixture.backUp());
    expect(error.code).to.equal('corrupt');
    expect(error.message).to.match(/page pack .* gone from the store.*object repair/);
  });

  it('is not finished when packs go while it runs, and brings what lay in them when it is run again', async () => {
    const away = join(fixture.directory, 'away');
    const wrap = fixture.wrap;
    fixture.wrap = (store) =>
      new Proxy(wrap(store), {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          return (...given: unknown[]) => {
            if (name === 'put' && String(given[0]).includes('/packs/data/')) {
              for (const pack of readdirSync(folder('data'))) {
                renameSync(join(folder('data'), pack), `${away}-${pack}`);
              }
            }
            return value.apply(target, given) as unknown;
          };
        },
      });
    const error = await errorOf(fixture.backUp());
    expect(error.code).to.equal('target_changed');
    expect(error.message).to.contain('gone from the store');
    fixture.wrap = wrap;
    await fixture.backUp();
    await fixture.deleteDataset(1);
    expect(await fixture.expectWhole()).to.equal(1);
  });

  it('has no content of files that the source cannot read any more', async () => {
    const captured = await fixture.copy.capture();
    lose('data');
    const target = await fixture.makeTarget();
    const { head: base } = await target.inspect(Buffer.from(BASE_PATH), fixture.signal);
    const { offer, signal } = fixture;
    {
      await using reader = await fixture.copy.makeSource().open({ id: captured.id }, signal);
      await using session = await target.begin({ ...offer, dataset: captured, base }, signal);
      const request = { base, subpaths: [], lanes: offer.lanes, resume: null };
      const needs: Gfid[] = [];
      for await (const ack of session.write(reader.changes(request, signal), signal)) {
        needs.push(...ack.needs);
      }
      expect(needs).to.have.length(301);
      const failures = needs.map((gfid) => ({
        gfid,
        code: 'unreadable' as const,
        message: 'it is shut',
        path: Buffer.from('d'),
      }));
      const partial = 'allow';
      const made = await session.commit({ failures, partial }, () => undefined, signal);
      expect(made.dataset.state).to.equal('COMPLETE_PARTIAL');
      expect(made.dataset.exceptions).to.equal(301);
    }
    fixture.copy.sh('echo last > last');
    expect((await fixture.backUp()).dataset.state).to.equal('COMPLETE');
    for (const number of [1, 2]) await fixture.deleteDataset(number);
    expect(await fixture.expectWhole()).to.equal(1);
  });
});

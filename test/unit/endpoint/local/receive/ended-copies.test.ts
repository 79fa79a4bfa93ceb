import { readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Offer } from '../../../../../src/endpoint/target.js';
import { TempDirectory } from '../../../../support/temp-directory.js';
import { CopyFixture } from './copy-fixture.js';

const DAY_SECONDS = 86_400;
const OFFER: Partial<Offer> = { createDataset: false, job: '7@1700000000000' };

describe('a copy that has left no dataset', function () {
  this.timeout(60_000);

  it('is not done again by an attempt of its job that has not heard of its end', async () => {
    using place = new TempDirectory();
    await using fixture = new CopyFixture(place.path);
    fixture.sh('echo one > one; echo two > two');
    const dataset = await fixture.capture();
    const done = await fixture.copy(dataset, null, { offer: OFFER });
    expect(done.result.statistics.files).to.equal(2);
    rmSync(join(fixture.target, 'one'));
    const { result } = await fixture.copy(dataset, null, { offer: OFFER });
    expect(result.dataset).to.deep.equal(done.result.dataset);
    expect(result.statistics.files).to.equal(0);
    expect(readdirSync(fixture.target)).to.deep.equal(['two']);
  });

  it('is nothing to other jobs, other owners and other paths', async () => {
    using place = new TempDirectory();
    await using fixture = new CopyFixture(place.path);
    fixture.sh('echo one > one');
    const dataset = await fixture.capture();
    await fixture.copy(dataset, null, { offer: OFFER });
    const others = [{ job: '8@1700000000000' }, { owner: 'spki:another' }];
    for (const other of others) {
      const offer = { ...OFFER, ...other };
      const error = await fixture.refusal(fixture.copy(dataset, null, { offer }));
      expect(error.code).to.equal('target_not_empty');
    }
    const targetPath = Buffer.from(join(fixture.parent, 'another'));
    const { result } = await fixture.copy(dataset, null, { offer: { ...OFFER, targetPath } });
    expect(result.statistics.files).to.equal(1);
  });

  it('is nothing to the same job when that copies something else by now', async () => {
    using place = new TempDirectory();
    await using fixture = new CopyFixture(place.path);
    fixture.sh('echo one > one; mkdir d; echo two > d/two');
    const dataset = await fixture.capture();
    const subpaths = [Buffer.from('one')];
    await fixture.copy(dataset, null, { offer: { ...OFFER, subpaths } });
    const changed = { ...OFFER, subpaths: [Buffer.from('d')] };
    const { result } = await fixture.copy(dataset, null, { offer: changed });
    expect(result.statistics.files).to.equal(1);
    expect(readdirSync(fixture.target).sort()).to.deep.equal(['d', 'one']);
    fixture.sh('echo three > one');
    const newer = await fixture.capture();
    const error = await fixture.refusal(fixture.copy(newer, null, { offer: OFFER }));
    expect(error.code).to.equal('target_not_empty');
  });

  it('tells its job that it was partial', async () => {
    using place = new TempDirectory();
    await using fixture = new CopyFixture(place.path);
    fixture.sh('echo one > one; mknod null c 1 3');
    const dataset = await fixture.capture();
    const target = fixture.makeTarget(false);
    for (let attempt = 0; attempt < 2; attempt++) {
      const { result } = await fixture.copy(dataset, null, { offer: OFFER, target });
      expect(result.dataset.state).to.equal('COMPLETE_PARTIAL');
    }
  });

  it('is remembered for 30 days', async () => {
    using place = new TempDirectory();
    await using fixture = new CopyFixture(place.path);
    const notes = fixture.targetRoot.privatePath('ended');
    fixture.sh('echo one > one');
    const dataset = await fixture.capture();
    await fixture.copy(dataset, null, { offer: OFFER });
    for (const [days, kept] of [
      [29, 1],
      [31, 0],
    ] as const) {
      const then = Date.now() / 1000 - days * DAY_SECONDS;
      for (const name of readdirSync(notes)) utimesSync(join(notes, name), then, then);
      await fixture.makeTarget().recover(fixture.signal);
      expect(readdirSync(notes), `after ${days} days`).to.have.length(kept);
    }
    // A further note: the one that is too old by then goes.
    for (const [copy, left] of [
      ['second', 1],
      ['third', 1],
    ] as const) {
      const targetPath = Buffer.from(join(fixture.parent, copy));
      await fixture.copy(dataset, null, { offer: { ...OFFER, targetPath } });
      expect(readdirSync(notes)).to.have.length(left);
      const then = Date.now() / 1000 - 31 * DAY_SECONDS;
      for (const name of readdirSync(notes)) utimesSync(join(notes, name), then, then);
    }
  });
});

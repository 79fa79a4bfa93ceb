import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { S3StoreOptions } from '../../../../../src/endpoint/object/store/s3/s3-options.js';
import { S3Server } from '../../../../support/s3-server/s3-server.js';
import { BucketFixture } from '../prune/bucket-fixture.js';
import { errorOf } from '../prune/prune-fixture.js';
import { BASE_PATH } from '../receive/object-fixture.js';

const DAY_MS = 86_400_000;
const DAYS = 8;
const LOCKED: Partial<S3StoreOptions> = { lock: { mode: 'COMPLIANCE', days: DAYS } };

/** A bucket that locks for 8 days, into which a tree is backed up. */
class LockFixture extends BucketFixture {
  static async open(options = LOCKED): Promise<LockFixture> {
    const server = await S3Server.open({ versioning: true, objectLock: true });
    const fixture = new LockFixture(server, options);
    fixture.copy.sh('head -c 3000000 /dev/urandom > old; head -c 2000 /dev/urandom > shared');
    return fixture;
  }

  /** Days from now on for which the current version of each object is locked. */
  locks(): Map<string, number> {
    const { server } = this;
    const found = new Map<string, number>();
    for (const key of server.objects.keys()) {
      const version = server.objects.current(key);
      if (version === null || key.endsWith('-probe')) continue;
      found.set(key, ((version.retention?.untilMs ?? 0) - server.now()) / DAY_MS);
    }
    return found;
  }

  keys(folder: string): string[] {
    return [...this.locks().keys()].filter((key) => key.startsWith(`${BASE_PATH}/${folder}`));
  }

  shortest(): number {
    return Math.min(...this.locks().values());
  }

  /** How often the bucket was asked for `operation` during the work. */
  async asked(operation: string, work: () => Promise<unknown>): Promise<number> {
    this.server.log.length = 0;
    await work();
    return this.server.log.filter((name) => name === operation).length;
  }

  async change(): Promise<number> {
    this.copy.sh('date +%N > changed; head -c 100000 /dev/urandom > new-$(date +%N)');
    const { dataset } = await this.backUp();
    expect(dataset?.warnings).to.deep.equal([]);
    return dataset?.number ?? 0;
  }
}

describe('object lock of a repository', function () {
  this.timeout(120_000);

  it('holds everything for the whole period after each backup, however old it is', async () => {
    await using fixture = await LockFixture.open();
    const numbers = [await fixture.change()];
    const first = fixture.keys('packs/data/');
    for (let day = 0; day < 30; day += 5) {
      fixture.server.ageMs += 5 * DAY_MS;
      numbers.push(await fixture.change());
      expect(fixture.shortest(), `day ${day}`).to.be.at.least(DAYS - 0.01);
    }
    expect(fixture.keys('packs/data/')).to.include.members(first);
    const kinds = ['packs/data/', 'packs/pages/', 'index/', 'datasets/', 'format.json'];
    for (const kind of kinds) expect(fixture.keys(kind), kind).to.not.be.empty;
    expect(fixture.locks().has('numbers/0000000001')).to.equal(true);
    for (const [at, number] of numbers.entries()) await fixture.expectGood(number, 4 + at);
  });

  it('costs requests only for locks that end earlier than they must', async () => {
    await using fixture = await LockFixture.open();
    await fixture.change();
    const objects = fixture.locks().size;
    const again = await fixture.asked('PutObjectRetention', () => fixture.change());
    const looks = await fixture.asked('HeadObject', () => fixture.change());
    expect(again).to.equal(0);
    await using unlocked = await LockFixture.open({});
    // As many datasets as above: the last two are looked at.
    await unlocked.change();
    await unlocked.change();
    const usual = await unlocked.asked('HeadObject', () => unlocked.change());
    expect(looks - usual, 'format.json').to.equal(1);
    fixture.server.ageMs += 3 * DAY_MS;
    const due = await fixture.asked('PutObjectRetention', () => fixture.change());
    expect(due).to.be.at.least(objects);
    expect(await fixture.asked('PutObjectRetention', () => fixture.change())).to.equal(0);
  });

  it('is found out from the store when this agent knows nothing of it', async () => {
    await using fixture = await LockFixture.open();
    await fixture.change();
    await fixture.change();
    fixture.server.ageMs += 3 * DAY_MS;
    rmSync(fixture.workPath, { recursive: true });
    await fixture.change();
    expect(fixture.shortest()).to.be.at.least(DAYS - 0.01);
    rmSync(fixture.workPath, { recursive: true });
    const extended = await fixture.asked('PutObjectRetention', () => fixture.change());
    expect(extended).to.equal(0);
  });

  it('lasts as long as a dataset is to stay for what that dataset needs, and no longer for the rest', async () => {
    await using fixture = await LockFixture.open();
    await fixture.change();
    const old = fixture.keys('packs/data/');
    // The large file is in a pack that the long dataset does not need.
    fixture.copy.sh('rm old shared new-*; head -c 70000 /dev/urandom > long');
    await fixture.change();
    const middle = fixture.keys('packs/data/').filter((key) => !old.includes(key));
    fixture.keepSeconds = (100 * DAY_MS) / 1000;
    await fixture.change();
    const locks = fixture.locks();
    const of = (keys: readonly string[]): number[] => keys.map((key) => locks.get(key) ?? 0);
    expect(Math.min(...of(middle)), 'reused').to.be.at.least(99.9);
    expect(Math.max(...of(old)), 'not needed').to.be.below(DAYS * 1.25 + 0.1);
    expect(of([`${BASE_PATH}/format.json`, 'numbers/0000000003']).every((days) => days > 99.9));
    const records = fixture.keys('datasets/').sort();
    expect(of(records.slice(-1))[0]).to.be.at.least(99.9);
    expect(of(records.slice(0, 1))[0]).to.be.below(DAYS * 1.25 + 0.1);
    // An agent that knows nothing finds the same, and locks nothing for longer.
    rmSync(join(fixture.workPath), { recursive: true });
    fixture.keepSeconds = null;
    await fixture.change();
    expect(Math.max(...old.map((key) => fixture.locks().get(key) ?? 0))).to.be.below(11);
  });

  it('is a warning of the dataset when the store refuses, and made up for by the next backup', async () => {
    await using fixture = await LockFixture.open();
    await fixture.change();
    fixture.server.ageMs += 5 * DAY_MS;
    fixture.server.fault(
      'PutObjectRetention',
      { kind: 'status', status: 403, code: 'AccessDenied' },
      { times: Number.POSITIVE_INFINITY },
    );
    fixture.copy.sh('echo refused > changed');
    const { dataset } = await fixture.backUp();
    fixture.server.faults.verify();
    expect(dataset?.warnings).to.deep.equal([
      { path: Buffer.from(BASE_PATH), code: 'lock_not_extended' },
    ]);
    expect(fixture.warnings.join()).to.contain('PutObjectRetention');
    expect(fixture.shortest()).to.be.below(DAYS - 2);
    await fixture.change();
    expect(fixture.shortest()).to.be.at.least(DAYS - 0.01);
  });

  it('holds plain objects for the whole period after their copy, also those put long before', async () => {
    await using fixture = await LockFixture.open();
    fixture.plain = true;
    const refused = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    fixture.server.fault('PutObject', refused, { key: /packs\/pages/ });
    const dataset = await fixture.copy.capture();
    expect((await errorOf(fixture.backUp(dataset))).code).to.equal('store_refused');
    const objects = fixture.keys('').filter((key) => !key.includes('/.datamover/'));
    expect(objects).to.have.length(2);
    fixture.server.ageMs += 5 * DAY_MS;
    const sent = await fixture.asked('PutObject', () => fixture.backUp(dataset));
    const locks = fixture.locks();
    for (const key of objects) expect(locks.get(key), key).to.be.at.least(DAYS - 0.01);
    // The catalog only: the objects were there.
    expect(sent).to.be.below(fixture.keys('.datamover/').length + 2);
    await fixture.expectGood(1, 2);
  });

  it('is no longer extended for packs that a prune has chosen', async () => {
    await using fixture = await LockFixture.open();
    const { dataset } = await fixture.backUp();
    const old = fixture.keys('packs/data/');
    fixture.copy.sh('rm old shared; head -c 70000 /dev/urandom > other');
    await fixture.backUp();
    await fixture.dropDataset(dataset?.id);
    const options = { graceMs: 30 * DAY_MS, leftoverMs: 0, wait: false, repackBelow: 0 };
    const doomed = await fixture.prune(options);
    expect(doomed.packsDoomed).to.be.at.least(1);
    fixture.server.ageMs += 5 * DAY_MS;
    await fixture.change();
    const locks = fixture.locks();
    expect(
      old.map((key) => locks.get(key) ?? 0).every((days) => days < DAYS * 1.25 - 4.9),
    ).to.equal(true);
  });
});

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { deleteDamagedDataset } from '../../../../src/endpoint/object/delete-damaged.js';
import { NewestRecords } from '../../../../src/endpoint/object/newest-record.js';
import { PassedOver } from '../../../../src/endpoint/object/passed-over.js';
import { NumberReads } from '../../../../src/endpoint/object/prune/number-reads.js';
import { repairRepository } from '../../../../src/endpoint/object/repair/repair.js';
import type { ListingWarning } from '../../../../src/model/dataset.js';
import { numberKey } from '../../../../src/repository/object-layout.js';
import { errorOf, PruneFixture } from './prune/prune-fixture.js';
import { BASE_PATH, ObjectFixture } from './receive/object-fixture.js';

const OTHER = 'other/team';

describe('what a listing of an object account passes over', function () {
  this.timeout(60_000);
  let fixture: PruneFixture;

  beforeEach(() => {
    fixture = new PruneFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  async function backUp(text: string): Promise<void> {
    fixture.copy.sh(`echo ${text} > file`);
    await fixture.backUp();
  }

  async function listed(
    of: ObjectFixture = fixture,
    basePath?: string,
  ): Promise<{ numbers: number[]; warnings: ListingWarning[] }> {
    const source = await of.makeSource();
    const numbers: number[] = [];
    const warnings: ListingWarning[] = [];
    const filter = basePath === undefined ? {} : { basePath: Buffer.from(basePath) };
    for await (const { number } of source.listDatasets(filter, of.signal, (warning) =>
      warnings.push(warning),
    )) {
      numbers.push(number);
    }
    return { numbers, warnings };
  }

  function flip(path: string, text: string): void {
    const bytes = readFileSync(path);
    const at = bytes.indexOf(text);
    if (at < 0) throw new Error(`${path} does not hold ${text}`);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  }

  function records(): string[] {
    const folder = join(fixture.directory, BASE_PATH, 'datasets');
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  }

  function damageRecord(at: number): string {
    const path = records()[at] ?? '';
    flip(path, 'rootDigest');
    return path.slice(fixture.directory.length + 1);
  }

  const numberPath = (number: number) => join(fixture.directory, numberKey(number));

  describe('with base paths of different secrets', () => {
    let other: ObjectFixture;

    beforeEach(async () => {
      fixture.secret = Buffer.from('secret of one');
      await backUp('one');
      other = new ObjectFixture(fixture.directory, OTHER);
      other.secret = Buffer.from('secret of the other');
      other.copy.sh('echo two > file');
      await other.backUp();
    });
    afterEach(() => other[Symbol.asyncDispose]());

    it('is what its secret does not open, and nothing else', async () => {
      for (const [of, number, closed] of [
        [fixture, 1, OTHER],
        [other, 2, BASE_PATH],
      ] as const) {
        const { numbers, warnings } = await listed(of);
        expect(numbers).to.deep.equal([number]);
        expect(warnings.map(({ code }) => code)).to.deep.equal(['encryption_key']);
        expect(warnings[0]?.message).to.contain(`backup ${closed}/`);
      }
    });

    it('is not passed over when it is named', async () => {
      const [{ id }] = (await idsOf(other)) as [{ id: never }];
      const source = await fixture.makeSource();
      for (const ref of [{ number: 2 }, { id }]) {
        const error = await errorOf(source.open(ref, fixture.signal));
        expect(error.code).to.equal('encryption_key');
      }
      expect((await errorOf(listed(fixture, OTHER))).code).to.equal('encryption_key');
    });

    it('is an error when the secret opens nothing', async () => {
      other.secret = Buffer.from('that of nobody');
      expect((await errorOf(listed(other))).code).to.equal('encryption_key');
    });
  });

  async function idsOf(of: ObjectFixture): Promise<{ id: string }[]> {
    const found: { id: string }[] = [];
    for await (const { id } of (await of.makeSource()).listDatasets({}, of.signal)) {
      found.push({ id });
    }
    return found;
  }

  it('is a damaged record, which is named; the others are listed and read', async () => {
    const logged: string[] = [];
    const log = { warn: (_fields: object, message: string) => void logged.push(message) };
    fixture.trust = { passedOver: new PassedOver('file:///store', { log }) } as object;
    for (const text of ['one', 'two', 'three']) await backUp(text);
    const key = damageRecord(2);
    for (const basePath of [undefined, BASE_PATH]) {
      const { numbers, warnings } = await listed(fixture, basePath);
      expect(numbers).to.deep.equal([1, 2]);
      expect(warnings.map(({ code }) => code)).to.deep.equal(['corrupt']);
      expect(warnings[0]?.message).to.contain(key).and.to.contain('dm datasets delete ');
    }
    expect(logged).to.have.length(1);
    const source = await fixture.makeSource();
    await using _other = await source.open({ number: 1 }, fixture.signal);
    expect((await errorOf(source.open({ number: 3 }, fixture.signal))).code).to.equal('corrupt');
  });

  it('is deleted by number or id, and only then a prune deletes anything', async () => {
    for (const text of ['one', 'two', 'three']) await backUp(text);
    const id = damageRecord(0).slice(-32);
    damageRecord(1);
    const before = fixture.storeBytes();
    const refused = await errorOf(fixture.prune());
    expect(refused.code).to.equal('corrupt');
    expect(refused.message)
      .to.match(/nothing of backup .* was deleted/)
      .and.to.contain(id);
    expect(fixture.storeBytes()).to.equal(before);
    const modules = {
      store: await fixture.openStore(),
      sessions: fixture.sessions,
      masters: fixture.masters,
    };
    const remove = (ref: object) =>
      deleteDamagedDataset(ref as { number: number }, null, modules, fixture.signal);
    expect(await remove({ number: 3 })).to.equal(false);
    expect(await remove({ id })).to.equal(true);
    expect(await remove({ number: 2 })).to.equal(true);
    expect(await remove({ number: 2 })).to.equal(false);
    expect((await fixture.prune()).packsDeleted).to.be.greaterThan(0);
    expect(await fixture.expectWhole()).to.equal(1);
    expect(await listed()).to.deep.equal({ numbers: [3], warnings: [] });
  });

  it('is a number that cannot be read, until a repair puts it again', async () => {
    await backUp('one');
    await backUp('two');
    flip(numberPath(1), '"basePath"');
    writeFileSync(numberPath(9), 'not a number');
    const { numbers, warnings } = await listed();
    expect(numbers).to.deep.equal([1, 2]);
    expect(warnings.map(({ code }) => code)).to.deep.equal(['corrupt', 'corrupt']);
    expect(warnings[0]?.message).to.contain(numberKey(1)).and.to.contain('object repair');
    await fixture.prune();
    const store = await fixture.openStore();
    const reads = new NumberReads();
    const paths = await reads.basePaths(store, fixture.signal);
    expect(paths.map(String)).to.deep.equal([BASE_PATH]);
    expect(await reads.damaged(store, fixture.signal)).to.have.length(2);
    const summary = await repairRepository(
      null,
      {
        ...{ store, repository: await fixture.open(store), signer: () => null },
        ...{ mayVouchFor: () => true, localPages: join(fixture.workPath, 'pages') },
        scratch: join(fixture.workPath, 'repair'),
      },
      () => undefined,
      fixture.signal,
    );
    expect(summary.numbersRepaired).to.equal(1);
    rmSync(numberPath(9));
    expect(await listed()).to.deep.equal({ numbers: [1, 2], warnings: [] });
    await using _first = await (await fixture.makeSource()).open({ number: 1 }, fixture.signal);
  });

  it('a flipped bit in what a number names is noticed', async () => {
    await backUp('one');
    flip(numberPath(1), BASE_PATH);
    const error = await errorOf((await fixture.makeSource()).open({ number: 1 }, fixture.signal));
    expect(error.code).to.equal('corrupt');
  });

  it('is told of a newest dataset that is gone, and of a backup that is', async () => {
    const log = { warn: () => undefined };
    const options = { workPath: fixture.workPath, store: 'file:///store' };
    fixture.trust = { newest: new NewestRecords(options, { log }) };
    await backUp('one');
    await backUp('two');
    rmSync(records()[1] ?? '');
    const { warnings } = await listed();
    expect(warnings.map(({ code }) => code)).to.deep.equal(['newer_dataset_missing']);
    expect(warnings[0]?.message).to.contain('dataset 2');
    rmSync(join(fixture.directory, BASE_PATH), { recursive: true });
    const gone = await listed();
    expect(gone.numbers).to.deep.equal([]);
    expect(gone.warnings.map(({ code }) => code)).to.deep.equal(['backup_missing']);
    expect(gone.warnings[0]?.message).to.contain(BASE_PATH);
  });
});

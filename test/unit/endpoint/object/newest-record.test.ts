import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { NewestRecords } from '../../../../src/endpoint/object/newest-record.js';
import type { RecordRefusal } from '../../../../src/endpoint/object/require-trusted.js';
import { DmError } from '../../../../src/model/error.js';
import { makeCa, makeIdentity } from '../../../support/certificates.js';
import { errorOf, PruneFixture } from './prune/prune-fixture.js';
import { BASE_PATH } from './receive/object-fixture.js';

const MISSING = 'newer_dataset_missing';
const made = makeIdentity(makeCa(), { name: 'writer' });
const identity = { certificates: made.certPem, key: made.key };
const refuseUnsigned: RecordRefusal = (certificates) =>
  certificates === null ? new DmError('dataset_untrusted', 'nobody has signed it') : null;

describe('what an agent remembers of backups', function () {
  this.timeout(60_000);
  let fixture: PruneFixture;
  let logged: string[];
  let newest: NewestRecords;

  beforeEach(() => {
    fixture = new PruneFixture();
    logged = [];
    const log = { warn: (_fields: object, message: string) => void logged.push(message) };
    newest = new NewestRecords({ workPath: fixture.workPath, store: 'file:///store' }, { log });
    fixture.trust = { newest };
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  async function backUp(text: string): Promise<void> {
    fixture.copy.sh(`echo ${text} > file`);
    await fixture.backUp();
  }
  const warnings = (): Promise<string[][]> => fixture.warningsOfDatasets();

  it('tells that the newest one is gone, once in the log, until there is a newer one', async () => {
    await backUp('one');
    await backUp('two');
    expect(await warnings()).to.deep.equal([[], []]);
    await fixture.deleteRecord(1);
    expect(await warnings()).to.deep.equal([[MISSING]]);
    expect(await warnings()).to.deep.equal([[MISSING]]);
    expect(logged).to.have.length(1);
    await backUp('three');
    expect(await warnings()).to.deep.equal([[], []]);
  });

  it('keeps a backup from beginning anew where a disk is not mounted, until it is said to be empty on purpose', async () => {
    await backUp('one');
    const aside = `${fixture.directory}.aside`;
    renameSync(fixture.directory, aside);
    mkdirSync(fixture.directory);
    const refused = await errorOf(backUp('two'));
    expect(refused.code).to.equal('store_unreachable');
    expect(refused.message).to.include('mount its file system').and.to.include('"emptied"');
    expect(readdirSync(fixture.directory)).to.deep.equal([]);
    rmdirSync(fixture.directory);
    renameSync(aside, fixture.directory);
    await backUp('two');
    for (const name of readdirSync(fixture.directory)) {
      rmSync(join(fixture.directory, name), { recursive: true });
    }
    writeFileSync(join(fixture.directory, 'emptied'), '');
    await backUp('three');
  });

  it('tells it of what others wrote, once it has been seen', async () => {
    fixture.trust = {};
    await backUp('one');
    await backUp('two');
    fixture.trust = { newest };
    expect(await warnings()).to.deep.equal([[], []]);
    await fixture.deleteRecord(1);
    expect(await warnings()).to.deep.equal([[MISSING]]);
  });

  it('takes a deletion by an agent for what it is', async () => {
    await backUp('one');
    await backUp('two');
    await fixture.deleteDataset(2);
    expect(await warnings()).to.deep.equal([[]]);
    expect(logged).to.deep.equal([]);
  });

  it('lets an increment rest on what nobody signed only if it wrote that itself', async () => {
    await backUp('one');
    fixture.trust = { newest, recordRefusal: refuseUnsigned };
    await backUp('two');
    await using _own = await (await fixture.makeSource()).open({ number: 2 }, fixture.signal);
    fixture.trust = { recordRefusal: refuseUnsigned };
    const refused = await errorOf(backUp('three'));
    expect(refused.code).to.equal('dataset_untrusted');
    expect(refused.message).to.contain('--accept-unsigned');
    const opened = (await fixture.makeSource()).open({ number: 1 }, fixture.signal);
    expect((await errorOf(opened)).code).to.equal('dataset_untrusted');
    fixture.trust = {};
    await backUp('four');
    expect(await fixture.expectWhole()).to.equal(3);
  });

  it('takes for whole only what it wrote itself, or trusts', async () => {
    fixture.trust = { newest, recordRefusal: refuseUnsigned };
    await backUp('one');
    const dataset = await fixture.copy.capture();
    const result = await fixture.backUp(dataset);
    const again = await fixture.makeTarget();
    const offer = { ...fixture.offer, dataset, base: null };
    await using _session = await again.begin(offer, fixture.signal);
    fixture.trust = { recordRefusal: refuseUnsigned };
    const refused = (await fixture.makeTarget()).begin(offer, fixture.signal);
    expect((await errorOf(refused)).code).to.equal('dataset_untrusted');
    expect(result.dataset.warnings.map(({ code }) => code)).to.deep.equal(['not_signed']);
    expect(fixture.warnings.join()).to.contain('no identity is valid');
  });

  it('tells that the whole store was emptied', async () => {
    await backUp('one');
    rmSync(join(fixture.directory, BASE_PATH), { recursive: true });
    expect(await warnings()).to.deep.equal([]);
    expect(logged).to.have.length(1);
    await backUp('two');
    expect(await warnings()).to.deep.equal([[]]);
  });

  it('is not led astray by a later dataset that comes from nobody it trusts', async () => {
    fixture.signer = identity;
    const trust: RecordRefusal = (signer) =>
      signer === null ? new DmError('dataset_untrusted', 'nobody has signed it') : null;
    fixture.trust = { newest, recordRefusal: trust };
    await backUp('one');
    await backUp('two');
    fixture.signer = null;
    fixture.trust = {};
    await backUp('three');
    await fixture.deleteRecord(1);
    fixture.trust = { newest, recordRefusal: trust };
    expect(await warnings()).to.deep.equal([[], [MISSING]]);
  });

  it('remembers deletions as long as nothing newer is there', async () => {
    await backUp('one');
    await backUp('two');
    await fixture.deleteDataset(2);
    await fixture.prune();
    expect(await warnings()).to.deep.equal([[]]);
    await backUp('three');
    await fixture.prune();
    expect(existsSync(join(fixture.directory, BASE_PATH, 'deleted'))).to.equal(false);
  });

  it('packs anew what nobody signed without signing it, and knows its own again', async () => {
    await fixture.backUpSparse();
    fixture.signer = identity;
    expect((await fixture.prune()).packsRepacked).to.be.greaterThan(0);
    await fixture.expectWhole();
    const source = await fixture.makeSource();
    for await (const { signedBy } of source.listDatasets({}, fixture.signal)) {
      expect(signedBy).to.equal('');
    }
    fixture.trust = { newest, recordRefusal: refuseUnsigned };
    await using _own = await (await fixture.makeSource()).open({ number: 2 }, fixture.signal);
  });

  it('packs nothing anew, and so signs nothing anew, that somebody signed whom it does not trust', async () => {
    fixture.signer = identity;
    await fixture.backUpSparse();
    fixture.vouches = false;
    expect((await fixture.prune()).packsRepacked).to.equal(0);
    fixture.vouches = true;
    expect((await fixture.prune()).packsRepacked).to.be.greaterThan(0);
    await fixture.expectWhole();
  });
});

import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BadEntry, VerifyProgress } from '../../../../../src/endpoint/dataset-maker.js';
import { ObjectSource } from '../../../../../src/endpoint/object/object-source.js';
import { refuseUntrusted } from '../../../../../src/endpoint/object/repair/refuse-untrusted.js';
import { repairRepository } from '../../../../../src/endpoint/object/repair/repair.js';
import type {
  RepairFrom,
  RepairSummary,
} from '../../../../../src/endpoint/object/repair/repair-types.js';
import { openRepository } from '../../../../../src/endpoint/object/repository.js';
import { verifyFromHere } from '../../../../../src/engine/verify-from-here.js';
import { DmError } from '../../../../../src/model/error.js';
import { makeCa, makeIdentity } from '../../../../support/certificates.js';
import { errorOf, PruneFixture } from '../prune/prune-fixture.js';
import { BASE_PATH, ObjectFixture } from '../receive/object-fixture.js';

const FLIPS = 40;

describe('repairing a backup', function () {
  this.timeout(120_000);
  let fixture: PruneFixture;
  /** The same datasets in another repository. */
  let other: ObjectFixture;

  beforeEach(async () => {
    fixture = new PruneFixture();
    other = new ObjectFixture();
    fixture.copy.sh(
      'head -c 3500000 /dev/urandom > large; mkdir d; for i in $(seq 60); do head -c 3000 /dev/urandom > d/$i; done',
    );
    const { dataset } = await fixture.backUp();
    if (dataset === null) throw new Error('no backup was made');
    await other.take(await fixture.makeSource(), dataset);
  });
  afterEach(async () => {
    await other[Symbol.asyncDispose]();
    await fixture[Symbol.asyncDispose]();
  });

  const packs = (kind: string): string[] => {
    const folder = join(fixture.directory, BASE_PATH, 'packs', kind);
    return readdirSync(folder).map((name) => join(folder, name));
  };
  const damage = (path: string, every: number): void => {
    const bytes = readFileSync(path);
    for (let at = 100; at < bytes.length; at += every) bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };

  async function repair(from: RepairFrom | null): Promise<RepairSummary> {
    const store = await fixture.openStore();
    const repository = await fixture.open(store);
    const scratch = join(fixture.workPath, 'repair');
    const localPages = join(fixture.workPath, repository.format.repository, 'pages');
    const modules = {
      repository,
      store,
      signer: () => null,
      mayVouchFor: () => true,
      localPages,
      scratch,
    };
    return repairRepository(from, modules, () => undefined, fixture.signal);
  }

  async function badFiles(number = 1): Promise<number> {
    const source = await fixture.makeSource();
    const told: BadEntry[] = [];
    const tell = (progress: VerifyProgress) => told.push(...progress.bad);
    const { bad } = await verifyFromHere(source, { number }, tell, fixture.signal);
    for (const { message } of told) expect(message).to.match(/^(the segment|pack) .*object repair/);
    return bad;
  }

  it('takes segments from the same dataset of another account', async () => {
    for (const pack of packs('data')) damage(pack, 1_000_000);
    expect(await badFiles()).to.be.greaterThan(0);
    const alone = await repair(null);
    expect(alone.segmentsBad).to.be.greaterThan(0);
    expect(alone.segmentsRepaired).to.equal(0);
    await using stranger = new ObjectFixture();
    const nothing = await repair({ source: await stranger.makeSource(), mirror: null });
    expect(nothing).to.include({ segmentsRepaired: 0, noneThere: true });
    const summary = await repair({ source: await other.makeSource(), mirror: null });
    expect(summary.segmentsBad).to.equal(alone.segmentsBad);
    expect(summary.segmentsRepaired).to.equal(alone.segmentsBad);
    expect(summary.noneThere).to.equal(false);
    expect(await badFiles()).to.equal(0);
    expect(await fixture.expectWhole()).to.equal(1);
    expect((await repair(null)).segmentsBad).to.equal(0);
    // What is stored is found, and what was damaged is not referred to.
    const before = fixture.reader().storedBytes('data');
    fixture.copy.sh('cp large again');
    await fixture.backUp();
    expect(fixture.reader().storedBytes('data') - before).to.be.lessThan(100_000);
    expect(await fixture.expectWhole()).to.equal(2);
    await fixture.prune();
    expect(await fixture.expectWhole()).to.equal(2);
  });

  it('puts segments together that files use in pieces: of a sparse file, and of one that was changed', async () => {
    fixture.copy.sh(`truncate -s 10M sparse; head -c 3000 /dev/urandom | dd of=sparse bs=1 seek=4194304 conv=notrunc status=none
      printf tail | dd of=sparse bs=1 seek=8388731 conv=notrunc status=none; echo a > a.txt; echo b > b.txt`);
    const second = await fixture.copy.capture();
    await fixture.backUp(second);
    await other.take(fixture.copy.makeSource(), second);
    fixture.copy.sh('printf changed | dd of=large bs=1 seek=1500000 conv=notrunc status=none');
    const third = await fixture.copy.capture();
    await fixture.backUp(third);
    await other.take(fixture.copy.makeSource(), third);
    for (const pack of packs('data')) rmSync(pack);
    const summary = await repair({ source: await other.makeSource(), mirror: null });
    expect(summary.segmentsRepaired).to.equal(summary.segmentsBad);
    expect(await fixture.expectWhole()).to.equal(3);
  });

  it('repairs what it finds of a frame, also when others in it are nowhere', async () => {
    fixture.copy.sh('echo kept > kept.txt; echo lost > lost.txt');
    const second = await fixture.copy.capture();
    await fixture.backUp(second);
    await fixture.deleteDataset(1);
    for (const pack of packs('data')) rmSync(pack);
    const elsewhere = fixture.copy.makeSource();
    const open = elsewhere.open.bind(elsewhere);
    elsewhere.open = async (wanted, signal) => {
      const reader = await open(wanted, signal);
      const lost = await reader.lookup([Buffer.from('lost.txt')], signal);
      const read = reader.read.bind(reader);
      reader.read = (gfid, ...rest) => {
        if (gfid === lost?.gfid) throw new DmError('io_error', 'it is not there either');
        return read(gfid, ...rest);
      };
      return reader;
    };
    const summary = await repair({ source: elsewhere, mirror: null });
    expect(summary.segmentsBad - summary.segmentsRepaired).to.equal(1);
    expect(await badFiles(2)).to.equal(1);
    const again = await repair({ source: fixture.copy.makeSource(), mirror: null });
    expect(again).to.include({ segmentsBad: 1, segmentsRepaired: 1 });
    expect(await fixture.expectWhole()).to.equal(1);
  });

  it('names the datasets that stay damaged, for it may not sign for who signed them', async () => {
    const made = makeIdentity(makeCa(), { name: 'writer' });
    fixture.signer = { certificates: made.certPem, key: made.key };
    fixture.copy.sh('head -c 300000 /dev/urandom > large');
    const captured = await fixture.copy.capture();
    await fixture.backUp(captured);
    await other.take(fixture.copy.makeSource(), captured);
    for (const pack of packs('data')) rmSync(pack);
    const from = { source: await other.makeSource(), mirror: null };
    const summary = await repair(from);
    expect(summary.untrusted).to.deep.equal([2]);
    expect(() => refuseUntrusted([summary])).to.throw(DmError, /^dataset 2 of .* still damaged/);
    expect(await badFiles()).to.equal(0);
  });

  it('replaces packs that are gone', async () => {
    for (const pack of packs('data')) rmSync(pack);
    const summary = await repair({ source: await other.makeSource(), mirror: null });
    expect(summary.segmentsRepaired).to.equal(summary.segmentsBad);
    expect(await fixture.expectWhole()).to.equal(1);
  });

  it('puts damaged and lost pages again from the copies that the agent keeps', async () => {
    fixture.copy.sh('seq 200000 > more; for i in $(seq 300); do echo $i > d/more-$i; done');
    await fixture.backUp();
    const [first = '', ...others] = packs('pages');
    expect(others).to.not.be.empty;
    damage(first, 150);
    for (const pack of others) rmSync(pack);
    const summary = await repair(null);
    expect(summary.packsCopied).to.be.at.least(others.length + 1);
    expect(summary.segmentsBad).to.equal(0);
    expect(await fixture.expectWhole()).to.equal(2);
  });

  it('finds and mends any bit of a page, of its table of locators too', async () => {
    fixture.copy.sh('for i in $(seq 900); do echo $i > d/more-$i; done');
    await fixture.backUp();
    const [pack = ''] = packs('pages').sort((a, b) => statSync(b).size - statSync(a).size);
    const good = readFileSync(pack);
    let mended = 0;
    for (let i = 0; i < FLIPS; i++) {
      const at = 32 + Math.floor(((good.length - 32) * i) / FLIPS);
      const bad = Buffer.from(good);
      bad[at] = (good[at] ?? 0) ^ (1 << (i % 8));
      writeFileSync(pack, bad);
      const { packsCopied, segmentsBad } = await repair(null);
      expect(segmentsBad, `byte ${at}`).to.equal(0);
      expect(readFileSync(pack).equals(good), `byte ${at}`).to.equal(packsCopied === 1);
      if (packsCopied === 0) expect(await badFiles()).to.equal(0);
      mended += packsCopied;
    }
    expect(mended).to.be.greaterThan(FLIPS * 0.8);
    expect(await fixture.expectWhole()).to.equal(2);
  });

  it('copies packs, pages too, from a mirror of the repository', async () => {
    const mirrored = mkdtempSync(join(tmpdir(), 'repair-mirror-'));
    try {
      cpSync(fixture.directory, mirrored, { recursive: true });
      for (const kind of ['data', 'pages']) {
        for (const pack of packs(kind)) {
          if (statSync(pack).size % 2 === 0) rmSync(pack);
          else damage(pack, 50_000);
        }
      }
      const pages = readdirSync(fixture.workPath).map((id) => join(fixture.workPath, id, 'pages'));
      for (const folder of pages) rmSync(folder, { recursive: true, force: true });
      const nothing = await errorOf(repair({ source: await other.makeSource(), mirror: null }));
      expect(nothing.code).to.equal('corrupt');
      expect(nothing.message).to.contain('pages cannot be read');
      const away = new ObjectFixture(mirrored);
      try {
        const store = await away.openStore();
        const modules = { store, masters: fixture.masters };
        const repository = await openRepository(
          Buffer.from(BASE_PATH),
          null,
          modules,
          fixture.signal,
        );
        if (repository === null) throw new Error('there is no mirror');
        const source = new ObjectSource({ secret: null }, modules);
        const summary = await repair({ source, mirror: { repository, store } });
        expect(summary.packsCopied).to.be.greaterThan(1);
        expect(summary.segmentsRepaired).to.equal(summary.segmentsBad);
      } finally {
        await away[Symbol.asyncDispose]();
      }
      expect(await fixture.expectWhole()).to.equal(1);
    } finally {
      rmSync(mirrored, { recursive: true, force: true });
    }
  });
});

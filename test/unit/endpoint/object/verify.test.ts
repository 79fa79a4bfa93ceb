import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { backupVerifiers } from '../../../../src/assembly/verify-backup.js';
import type { BadEntry, VerifyProgress } from '../../../../src/endpoint/dataset-maker.js';
import { makeOddTree } from '../../../support/e2e-trees.js';
import { BASE_PATH, ObjectFixture } from './receive/object-fixture.js';

describe('verifying a backup', function () {
  this.timeout(120_000);
  let fixture: ObjectFixture;
  let workPath: string;

  beforeEach(() => {
    fixture = new ObjectFixture();
    workPath = mkdtempSync(join(tmpdir(), 'verify-work-'));
  });
  afterEach(async () => {
    expect(readdirSync(workPath)).to.deep.equal([]);
    rmSync(workPath, { recursive: true });
    await fixture[Symbol.asyncDispose]();
  });

  async function verify(kind: 'verify' | 'verifyQuick', number = 1) {
    const store = await fixture.openStore();
    const before = store.counters.bytesReceived;
    const source = await fixture.makeSource();
    const bad: BadEntry[] = [];
    const onProgress = (progress: VerifyProgress) => void bad.push(...progress.bad);
    const verifiers = backupVerifiers({ source, store, workPath });
    const result = await verifiers[kind]({ number }, onProgress, fixture.signal);
    expect(bad.length).to.equal(result.bad);
    const paths = bad.map(({ path }) => Buffer.from(path).toString());
    return { paths, bad, files: result.files, read: store.counters.bytesReceived - before };
  }

  const packs = (kind: string): string[] => {
    const folder = join(fixture.directory, BASE_PATH, 'packs', kind);
    return readdirSync(folder).map((name) => join(folder, name));
  };

  it('finds nothing wrong with what is whole', async () => {
    await makeOddTree(fixture.copy.source);
    fixture.copy.sh('head -c 5000000 /dev/urandom > large; truncate -s 200000 sparse');
    await fixture.backUp();
    const quick = await verify('verifyQuick');
    expect(quick.paths).to.deep.equal([]);
    expect(quick.files).to.be.greaterThan(10);
    expect(quick.read).to.be.lessThan(200_000);
    const whole = await verify('verify');
    expect(whole.paths).to.deep.equal([]);
    // Further names of a file are not further files.
    const linked = fixture.copy.sh('find . -type f -links +1 | wc -l');
    expect(Number(linked)).to.be.above(1);
    expect(whole.files).to.equal(quick.files);
  });

  it('names files whose packs are cut or gone, without reading them, and the rest is good', async () => {
    fixture.copy.sh('for i in 1 2 3; do head -c 20000000 /dev/urandom > f$i; done; echo s > small');
    await fixture.backUp();
    const [first = '', second = ''] = packs('data').sort((a, b) => sizeOf(b) - sizeOf(a));
    truncateSync(first, 10_000_000);
    rmSync(second);
    const quick = await verify('verifyQuick');
    expect(quick.paths.length).to.be.within(1, 3);
    expect(quick.read).to.be.lessThan(200_000);
    const full = await verify('verify');
    expect([...full.paths].sort()).to.deep.equal([...quick.paths].sort());
    const messages = quick.bad.map(({ message }) => message).join('\n');
    expect(messages).to.match(
      /data pack [0-9a-f]{32} (is not in the store|was cut to 10000000 bytes)/,
    );
  });

  it('tells that the index lacks what datasets use, in part or in whole', async () => {
    fixture.copy.sh('for i in 1 2 3; do head -c 200000 /dev/urandom > f$i; done');
    await fixture.backUp();
    const runs = join(fixture.directory, BASE_PATH, 'index');
    const [first = ''] = readdirSync(runs);
    fixture.copy.sh('head -c 200000 /dev/urandom > f4');
    await fixture.backUp();
    expect((await verify('verifyQuick', 2)).paths).to.deep.equal([]);
    const bytes = readFileSync(join(runs, first));
    rmSync(join(runs, first));
    for (const kind of ['verifyQuick', 'verify'] as const) {
      const { bad } = await verify(kind, 2);
      expect(bad.map(({ message }) => message.split(':')[0])).to.deep.equal([
        'the index does not name 3 of 4 segments',
      ]);
    }
    bytes[60] = (bytes[60] ?? 0) ^ 1;
    writeFileSync(join(runs, first), bytes);
    const { bad } = await verify('verifyQuick', 2);
    expect(bad.map(({ message }) => message).join()).to.match(/index run .* is damaged/);
    for (const run of readdirSync(runs)) rmSync(join(runs, run));
    expect((await verify('verifyQuick', 2)).bad[0]?.message).to.contain('4 of 4 segments');
  });

  it('tells of damaged and missing pages', async () => {
    fixture.copy.sh('mkdir d; for i in $(seq 2000); do echo $i > d/$i; done');
    await fixture.backUp();
    const [pack = ''] = packs('pages').sort((a, b) => sizeOf(b) - sizeOf(a));
    const bytes = readFileSync(pack);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 4;
    writeFileSync(pack, bytes);
    for (const kind of ['verifyQuick', 'verify'] as const) {
      const { bad } = await verify(kind);
      expect(bad.length).to.be.greaterThan(0);
      expect(bad.every(({ code }) => code === 'corrupt')).to.equal(true);
    }
    rmSync(pack);
    for (const kind of ['verifyQuick', 'verify'] as const) {
      expect((await verify(kind)).bad.length).to.be.greaterThan(0);
    }
  });
});

function sizeOf(path: string): number {
  return readFileSync(path).length;
}

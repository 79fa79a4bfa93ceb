import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { DmError } from '../../../../../src/model/error.js';
import { unwrapMasterKey } from '../../../../../src/repository/master-key.js';
import { parseRepositoryFormat } from '../../../../../src/repository/repository-format.js';
import { BASE_PATH, ObjectFixture } from './object-fixture.js';

const MIB = 1024 * 1024;

/** Changes to the source tree, one backup after each. */
const STEPS: readonly { readonly name: string; readonly script: string }[] = [
  {
    name: 'a first tree',
    script: `mkdir d e; for i in $(seq 200); do echo $i > d/$i; done; : > empty
      head -c 5300000 /dev/urandom > big; ln big hard; ln -s big soft
      truncate -s 3M sparse; printf x | dd of=sparse bs=1 seek=2000000 conv=notrunc status=none`,
  },
  {
    name: 'ranges in a file',
    script: `for at in 0 4096 70000 1048570 2097152 5299999; do
      printf abc | dd of=big bs=1 seek=$at conv=notrunc status=none; done`,
  },
  {
    name: 'ranges over ranges',
    script: `head -c 2000000 /dev/urandom | dd of=big bs=1M seek=1 conv=notrunc status=none
      printf abc | dd of=big bs=1 seek=1048572 conv=notrunc status=none`,
  },
  {
    name: 'files that grow, shrink and become empty',
    script: 'echo more >> big; truncate -s 100 d/1; truncate -s 2500000 sparse; : > d/2',
  },
  { name: 'a hole over data', script: 'fallocate -p -o 1048576 -l 1048576 big' },
  {
    name: 'files that are replaced by renaming',
    script: 'cp big new; echo tail >> new; mv new big; sed -i s/1/one/ d/10',
  },
  { name: 'files and directories that go', script: 'rm d/3 hard; mv d/4 e/four; rm -r d; mkdir d' },
  { name: 'a file cut below what it was', script: 'truncate -s 1500000 big; echo x >> big' },
  { name: 'nothing at all', script: ':' },
];

describe('backup into a repository', function () {
  this.timeout(120_000);
  let fixture: ObjectFixture;

  beforeEach(() => {
    fixture = new ObjectFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  const expectLast = async (master: Uint8Array | null = null) => {
    const reader = fixture.reader(master);
    const record = reader.records().at(-1);
    if (record === undefined) throw new Error('there is no dataset');
    expectSame(await reader.files(record), filesBelow(fixture.copy.source));
  };

  it('holds every dataset of a tree that changes, as it was then', async () => {
    const trees: Map<string, Buffer>[] = [];
    for (const { script } of STEPS) {
      fixture.copy.sh(script);
      await fixture.backUp();
      trees.push(filesBelow(fixture.copy.source));
    }
    const reader = fixture.reader();
    const records = reader.records();
    expect(records.map(({ number }) => number)).to.deep.equal(STEPS.map((_, at) => at + 1));
    for (const [at, record] of records.entries()) {
      expectSame(await reader.files(record), trees[at] ?? new Map(), STEPS[at]?.name);
    }
    expect(fixture.warnings).to.deep.equal([]);
  });

  it('of a part is that part, once; no part stands for another, nor the whole for it', async () => {
    fixture.copy.sh('mkdir a b; echo 1 > a/one; echo 2 > b/two');
    const dataset = await fixture.copy.capture();
    fixture.subpaths = [Buffer.from('a')];
    const { dataset: part } = await fixture.backUp(dataset);
    expect((await fixture.backUp(dataset)).dataset.number).to.equal(part.number);
    expect(fixture.reader().records()).to.have.length(1);
    fixture.subpaths = [Buffer.from('b')];
    expect(await codeOf(fixture.backUp(dataset))).to.equal('already_exists');
    const whole = new ObjectFixture(fixture.directory, 'whole');
    try {
      await whole.take(fixture.copy.makeSource(), dataset);
      whole.subpaths = [Buffer.from('a')];
      const again = whole.take(fixture.copy.makeSource(), dataset);
      expect(await codeOf(again)).to.equal('already_exists');
    } finally {
      await whole.leave();
    }
  });

  it('stores what changed, and no more', async () => {
    fixture.copy.sh('head -c 20000000 /dev/urandom > big');
    await fixture.backUp();
    const before = fixture.reader().storedBytes('data');
    fixture.copy.sh(
      'for i in $(seq 0 99); do head -c 4096 /dev/urandom | dd of=big bs=4096 seek=$((i * 48)) conv=notrunc status=none; done',
    );
    const { dataset } = await fixture.backUp();
    const reader = fixture.reader();
    const stored = reader.storedBytes('data') - before;
    expect(stored)
      .to.be.greaterThan(100 * 4096)
      .and.lessThan(105 * 4096);
    const record = reader.records().at(-1);
    expect(record?.storedBytes).to.be.lessThan(1.3 * 100 * 4096);
    expect(dataset.number).to.equal(2);
    await expectLast();
  });

  it('stores equal content once, within a backup and across them', async () => {
    fixture.copy.sh('head -c 3000000 /dev/urandom > one; cp one two; mkdir d; cp one d/three');
    await fixture.backUp();
    expect(fixture.reader().storedBytes('data')).to.be.lessThan(3.1 * 1e6);
    fixture.copy.sh('cat one two > both; cp d/three four; rm one');
    await fixture.backUp();
    // What is behind the first file in `both` is shifted against segment bounds.
    expect(fixture.reader().storedBytes('data')).to.be.lessThan(3.1 * 1e6 + 4 * 1e6);
    fixture.copy.sh('rm both; cp four five');
    const before = fixture.reader().storedBytes('data');
    await fixture.backUp();
    expect(fixture.reader().storedBytes('data')).to.equal(before);
    await expectLast();
  });

  it('goes on without what it kept here', async () => {
    fixture.copy.sh(
      'for i in $(seq 500); do echo $i > $i; done; head -c 2000000 /dev/urandom > big',
    );
    await fixture.backUp();
    rmSync(fixture.workPath, { recursive: true });
    fixture.copy.sh('echo changed > 7; cp big other');
    const before = fixture.reader().storedBytes('data');
    await fixture.backUp();
    expect(fixture.reader().storedBytes('data') - before).to.be.lessThan(1000);
    await expectLast();
  });

  it('merges its index when it has too many runs, and still finds everything', async () => {
    fixture.copy.sh('head -c 200000 /dev/urandom > 0');
    for (let i = 1; i <= 17; i++) {
      fixture.copy.sh(`head -c 200000 /dev/urandom > ${i}`);
      await fixture.backUp();
    }
    expect(readdirSync(join(fixture.directory, BASE_PATH, 'index')).length).to.equal(8);
    fixture.copy.sh('mkdir again; cp [0-9]* again');
    const before = fixture.reader().storedBytes('data');
    await fixture.backUp();
    expect(fixture.reader().storedBytes('data')).to.equal(before);
    await expectLast();
  });

  it('encrypts everything, and opens it with the secret only', async () => {
    fixture.secret = Buffer.from('correct horse battery');
    fixture.copy.sh(
      'for i in $(seq 50); do echo find-me > name-$i; done; head -c 3000000 /dev/zero > big',
    );
    await fixture.backUp();
    fixture.copy.sh('echo find-me-too > name-1');
    await fixture.backUp();
    for (const [name, bytes] of filesBelow(fixture.directory)) {
      expect(bytes.includes('find-me'), name).to.equal(false);
      expect(bytes.includes('name-1'), name).to.equal(false);
    }
    const format = parseRepositoryFormat(
      readFileSync(join(fixture.directory, BASE_PATH, 'format.json'), 'utf8'),
      'it',
    );
    const { secret } = fixture;
    const opened = await unwrapMasterKey(format.encryption?.keys ?? [], secret, format.repository);
    await expectLast(opened?.master ?? null);
    for (const other of [Buffer.from('another secret'), null]) {
      fixture.secret = other;
      expect(await codeOf(fixture.backUp())).to.equal('encryption_key');
    }
  });

  it('refuses another tree, and what is no backup', async () => {
    fixture.copy.sh('echo one > one');
    const dataset = await fixture.copy.capture();
    await fixture.backUp(dataset);
    const other = new ObjectFixture();
    try {
      other.copy.sh('echo two > two');
      const stranger = await other.copy.capture();
      const target = await fixture.makeTarget();
      const offer = { ...fixture.offer, dataset: stranger, base: null };
      expect(await codeOf(target.begin(offer, fixture.signal))).to.equal('target_owned');
      const nested = { ...offer, targetPath: Buffer.from(`${BASE_PATH}/below`) };
      expect(await codeOf(target.begin(nested, fixture.signal))).to.equal('target_forbidden');
      const inside = { ...offer, targetPath: Buffer.from('backup') };
      expect(await codeOf(target.begin(inside, fixture.signal))).to.equal('target_not_empty');
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });

  it('stores large files in segments of equal size, so that packs are full', async () => {
    fixture.copy.sh('head -c 40000000 /dev/urandom > big');
    await fixture.backUp();
    const packs = readdirSync(join(fixture.directory, BASE_PATH, 'packs', 'data'));
    const sizes = packs.map(
      (name) => statSync(join(fixture.directory, BASE_PATH, 'packs', 'data', name)).size,
    );
    expect(sizes.length).to.be.lessThan(5);
    expect(Math.max(...sizes))
      .to.be.greaterThan(16 * MIB - 1)
      .and.lessThan(18 * MIB);
    await expectLast();
  });
});

function expectSame(
  found: ReadonlyMap<string, Buffer>,
  wanted: ReadonlyMap<string, Buffer>,
  name = '',
): void {
  expect([...found.keys()].sort(), name).to.deep.equal([...wanted.keys()].sort());
  for (const [path, content] of wanted) {
    expect(found.get(path)?.equals(content), `${name}: ${path}`).to.equal(true);
  }
}

function filesBelow(directory: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(relative(directory, path), readFileSync(path));
  }
  return files;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof DmError ? error.code : String(error);
  }
  return 'nothing thrown';
}

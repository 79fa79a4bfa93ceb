import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { makeOddTree } from '../../../../support/e2e-trees.js';
import { BASE_PATH, ObjectFixture } from '../receive/object-fixture.js';

describe('restoring from an object account', function () {
  this.timeout(120_000);
  let fixture: ObjectFixture;

  beforeEach(() => {
    fixture = new ObjectFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  async function backUp(): Promise<DatasetInfo> {
    const { dataset } = await fixture.backUp();
    if (dataset === null) throw new Error('no backup was made');
    return dataset;
  }

  it('brings back a tree that is the same in everything, then what has changed since', async () => {
    const { copy } = fixture;
    await makeOddTree(copy.source);
    copy.sh('head -c 5000000 /dev/urandom > large; truncate -s 3000000 sparse; echo end >> sparse');
    const first = await backUp();
    const source = await fixture.makeSource();
    const outcome = await copy.copy(first, null, { source });
    expect(outcome.failures).to.deep.equal([]);
    copy.expectSame();
    copy.sh(
      'printf changed | dd of=large bs=1 seek=2000000 conv=notrunc status=none; truncate -s 4000001 large;' +
        'mkdir -p moved; mv sparse moved/; echo new > new; cp large copied; mv copied large',
    );
    const second = await backUp();
    const increment = await copy.copy(second, first, { source: await fixture.makeSource() });
    expect(increment.failures).to.deep.equal([]);
    expect(increment.whole).to.equal(0);
    copy.expectSame();
  });

  it('restores an encrypted backup', async () => {
    fixture.secret = Buffer.alloc(32, 3);
    fixture.copy.sh('head -c 3000000 /dev/zero > zeros; seq 100000 > text; mkdir d; echo x > d/x');
    const dataset = await backUp();
    await fixture.copy.copy(dataset, null, { source: await fixture.makeSource() });
    fixture.copy.expectSame();
  });

  it('sends only the bytes of a large file that are not in the base', async () => {
    const { copy } = fixture;
    copy.sh('head -c 40000000 /dev/urandom > large');
    const first = await backUp();
    copy.sh('head -c 100 /dev/urandom | dd of=large bs=1 seek=20000000 conv=notrunc status=none');
    const second = await backUp();
    const source = await fixture.makeSource();
    await using reader = await source.open({ id: second.id }, fixture.signal);
    const request = {
      base: { id: first.id, rootDigest: first.rootDigest },
      subpaths: [],
      lanes: 2,
      resume: null,
    };
    let content = 0;
    for await (const batch of reader.changes(request, fixture.signal)) {
      if (batch.phase === 'content') content += batch.payload.length;
    }
    expect(content).to.be.within(100, 200_000);
  });

  it('fails the files that a damaged pack holds, by name, and restores the rest', async () => {
    const { copy } = fixture;
    copy.sh('for i in $(seq 40); do head -c 300000 /dev/urandom > f$i; done');
    const dataset = await backUp();
    damage(join(fixture.directory, BASE_PATH, 'packs/data'));
    const outcome = await copy.copy(dataset, null, { source: await fixture.makeSource() });
    const paths = new Set(outcome.failures.map(({ path }) => path));
    expect(outcome.failures.every(({ code }) => code === 'corrupt')).to.equal(true);
    expect(paths.size).to.be.within(1, 10);
    const restored = readdirSync(copy.target).filter((name) => !paths.has(name));
    expect(restored.length).to.equal(40 - paths.size);
    for (const name of restored) {
      const [there, here] = [copy.source, copy.target].map((dir) => readFileSync(join(dir, name)));
      expect(there?.equals(here ?? Buffer.alloc(0)), name).to.equal(true);
    }
  });

  it('reads one file with little more than its own bytes', async () => {
    const { copy } = fixture;
    copy.sh(
      'mkdir many; for i in $(seq 400); do echo $i > many/$i; done; head -c 6000000 /dev/urandom > one',
    );
    const dataset = await backUp();
    const store = await fixture.openStore();
    fixture.wrap = () => store;
    const source = await fixture.makeSource();
    await using reader = await source.open({ number: dataset.number }, fixture.signal);
    const entry = await reader.lookup([Buffer.from('one')], fixture.signal);
    if (entry === null) throw new Error('the file is not in the backup');
    let length = 0;
    for await (const bytes of reader.read(entry.gfid, 0n, 1n << 40n, fixture.signal)) {
      length += bytes.length;
    }
    expect(length).to.equal(6_000_000);
    expect(store.counters.bytesReceived).to.be.below(2 * length + 1024 * 1024);
  });
});

/** Changes one byte in the middle of every pack. */
function damage(directory: string): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const bytes = readFileSync(path);
    const middle = Math.floor(statSync(path).size / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  }
}

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { BASE_PATH, ObjectFixture } from './object-fixture.js';

describe('an index', function () {
  this.timeout(120_000);
  let fixture: ObjectFixture;
  let runs: string;

  beforeEach(async () => {
    fixture = new ObjectFixture();
    runs = join(fixture.directory, BASE_PATH, 'index');
    fixture.copy.sh(
      'head -c 3000000 /dev/urandom > one; for i in $(seq 50); do echo $i > $i; done',
    );
    await fixture.backUp();
    fixture.copy.sh('head -c 1000000 /dev/urandom > two');
    await fixture.backUp();
    expect(readdirSync(runs).length).to.equal(2);
    // As on another host.
    rmSync(join(fixture.workPath), { recursive: true });
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  const harms: readonly [string, () => void][] = [
    ['is lost', () => rmSync(runs, { recursive: true })],
    [
      'is damaged',
      () => {
        for (const name of readdirSync(runs)) {
          const bytes = readFileSync(join(runs, name));
          bytes[100] = (bytes[100] ?? 0) ^ 1;
          writeFileSync(join(runs, name), bytes);
        }
      },
    ],
  ];
  for (const [name, harm] of harms) {
    it(`that ${name} is made again, and what is stored is found`, async () => {
      harm();
      fixture.copy.sh('cp one again; cp two twice; cat one two > both');
      const before = fixture.reader().storedBytes('data');
      await fixture.backUp();
      // Cut elsewhere, what `both` has of `two` is not the same segments; 8 MB
      // would be stored without an index.
      expect(fixture.reader().storedBytes('data') - before).to.be.lessThan(2_000_000);
      expect(fixture.warnings).to.deep.equal([
        'the index of a backup was lost or damaged, and was made again from its datasets',
      ]);
      fixture.copy.sh('echo more > more');
      await fixture.backUp();
      expect(fixture.warnings.length).to.equal(1);
      expect(readdirSync(runs).length).to.be.within(2, 3);
    });
  }
});

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DmError } from '../../../../../src/model/error.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { steppedCommit } from '../../../../support/stepped-commit.js';
import { CopyFixture } from './copy-fixture.js';

const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const TREE =
  'mkdir d; echo hello > d/f; echo other > d/g; touch -d 2020-01-01T01:02:03.456789012 d/f d/g';

describe('a file of a target that somebody writes to while a copy puts it in place', function () {
  this.timeout(60_000);
  // Inodes of 128 bytes keep whole seconds only.
  const coarse = withFilesystem('ext4', 64, ['-I', '128']);
  let fixture: CopyFixture;
  afterEach(() => fixture[Symbol.asyncDispose]());

  for (const [what, change] of [
    ['with other content', 'echo HELLO > d/f; touch -d 2020-01-02T01:02:03.456789012 d/f'],
    ['with another mode', 'chmod 600 d/f'],
    ['with another name', 'mv d/f d/h'],
  ] as const) {
    for (const before of ['settle', 'after publish']) {
      it(`${what}, before "${before}": the next copy finds it`, async () => {
        fixture = new CopyFixture(MEMORY);
        fixture.sh(TREE);
        const first = await fixture.capture();
        await fixture.copy(first);
        fixture.sh(change);
        const second = await fixture.capture();
        let written = 0;
        await steppedCommit(fixture, { base: first, dataset: second }, (step) => {
          const path = [join(fixture.target, 'd/f'), join(fixture.target, 'd/h')].find(existsSync);
          if (step !== before || path === undefined || written++ > 0) return;
          writeFileSync(path, 'MINE!\n');
        });
        expect(written).to.be.greaterThan(0);
        fixture.sh('echo more > more');
        const third = await fixture.capture();
        const found = await fixture
          .copy(third, second, { offer: { onDrift: 'fail' } })
          .then(() => null)
          .catch((error: unknown) => (error instanceof DmError ? error.code : error));
        expect(found).to.equal('target_drifted');
        await fixture.copy(third, second);
        fixture.expectSame();
        // What was written is kept.
        expect((await fixture.received()).map(({ name }) => name)).to.include('pre-repair');
      });
    }
  }

  it('is told from one whose time the file system cannot keep', async () => {
    fixture = new CopyFixture(coarse().path, MEMORY);
    fixture.sh(`${TREE}; touch -d 2300-01-01 d/g`);
    let base = await fixture.capture();
    await fixture.copy(base);
    expect(readFileSync(join(fixture.target, 'd/f'), 'utf8')).to.equal('hello\n');
    for (const change of ['chmod 600 d/f d/g', 'mv d/g d/h', 'echo more >> d/f']) {
      fixture.sh(change);
      const next = await fixture.capture();
      await fixture.copy(next, base, { offer: { onDrift: 'fail' } });
      base = next;
    }
    expect((await fixture.received()).map(({ name }) => name)).to.not.include('pre-repair');
  });
});

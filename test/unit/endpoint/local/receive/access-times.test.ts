import { existsSync, lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CopyFixture } from './copy-fixture.js';

const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const LONG_AGO = Date.parse('2001-02-03T04:05:06Z');
const NAMES = ['alone', 'mode', 'content', 'renamed', 'directory'];

describe('access times', function () {
  this.timeout(60_000);
  let fixture: CopyFixture;
  beforeEach(() => {
    fixture = new CopyFixture(MEMORY);
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  /** Of the copy: those that have the old access time. */
  const carried = () =>
    NAMES.filter((name) => lstatSync(join(fixture.target, name)).atimeMs === LONG_AGO);

  it('are carried with new content or attributes, and not alone or with a new name', async () => {
    fixture.sh('for f in alone mode content renamed; do echo 1 > $f; done; mkdir directory');
    const first = await fixture.capture();
    await fixture.copy(first);
    expect(carried()).to.deep.equal([]);

    fixture.sh(`
      chmod 600 mode; echo 2 >> content; chmod 700 directory; mv renamed t; mv t renamed
      touch -a -d @${LONG_AGO / 1000} ${NAMES.join(' ')}
    `);
    const second = await fixture.capture();
    await fixture.copy(second, first);
    expect(carried()).to.deep.equal(['mode', 'content', 'directory']);
  });
});

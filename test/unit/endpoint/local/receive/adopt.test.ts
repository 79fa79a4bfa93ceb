import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { withFilesystem } from '../../../../support/filesystems.js';
import { CopyFixture } from './copy-fixture.js';

const TREE = `
  mkdir -p d/e other; for i in 1 2 3; do head -c 1500000 /dev/urandom > d/$i; done
  echo one > d/one; echo deep > d/e/deep; ln d/one other/hard; ln -s d/one link; mkfifo pipe
  truncate -s 4M sparse; echo x >> sparse; touch empty; setfattr -n user.a -v 1 d/2`;
const RSYNC = 'rsync -a --delete ./ ';

describe('an existing tree that is adopted', function () {
  this.timeout(120_000);
  const xfs = withFilesystem('xfs', 512);

  for (const [name, place] of [
    ['in memory', () => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())],
    ['on XFS', () => xfs().path],
  ] as const) {
    it(`becomes the dataset, and only what differs is sent, ${name}`, async () => {
      await using fixture = new CopyFixture(place());
      fixture.sh(TREE);
      fixture.sh(`${RSYNC} ${fixture.target}/`);
      fixture.sh(
        `head -c 700000 /dev/urandom > d/1; rm other/hard; echo more > mine; mkdir -p x/y; echo z > x/y/z;
         chmod 700 d/e; mv d/3 d/moved`,
        fixture.target,
      );
      const first = await fixture.capture();
      const { whole, result, failures } = await fixture.copy(first, null, {
        offer: { adopt: true },
      });
      expect(failures).to.deep.equal([]);
      // Changed, moved away, and the one in which zeros may be a hole.
      expect(whole).to.equal(3);
      expect(result.dataset.state).to.equal('COMPLETE');
      fixture.expectSame({ holes: false });
      fixture.expectNoStaging();
      fixture.sh('echo more >> d/one; mv d other/');
      await fixture.copy(await fixture.capture(), first);
      fixture.expectSame({ holes: false });
      const kept = fixture.targetRoot.trees()[0]?.directory.listDatasets() ?? [];
      expect(kept).to.have.length(2);
    });
  }

  it('is refused when its bytes are not those of the source, though sizes and times are', async () => {
    await using fixture = new CopyFixture(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
    fixture.sh(TREE);
    fixture.sh(`${RSYNC} ${fixture.target}/`);
    fixture.sh(
      'touch -r d/2 stamp; printf y | dd of=d/2 bs=1 seek=99999 conv=notrunc status=none; touch -r stamp d/2; rm stamp',
      fixture.target,
    );
    const first = await fixture.capture();
    const copy = fixture.copy(first, null, { offer: { adopt: true } });
    expect((await fixture.refusal(copy)).code).to.equal('corrupt');
    expect(readFileSync(join(fixture.target, 'd', 'one'), 'utf8')).to.equal('one\n');
    expect(fixture.targetRoot.trees()[0]?.tree.head).to.equal(null);
  });

  it('is gone on with after an interruption, and left alone without being asked', async () => {
    await using fixture = new CopyFixture(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
    fixture.sh(TREE);
    fixture.sh(`${RSYNC} ${fixture.target}/; cp -a ${fixture.target} ../before`);
    fixture.sh('echo changed > d/1', fixture.target);
    const first = await fixture.capture();
    const offer = { ...fixture.offer({ adopt: true }), dataset: first, base: null };
    await using reader = await fixture.makeSource().open({ id: first.id }, fixture.signal);
    const session = await fixture.makeTarget().begin(offer, fixture.signal);
    const request = { base: null, subpaths: [], lanes: 2, resume: null, structureOnly: true };
    for await (const _ of session.write(reader.changes(request, fixture.signal), fixture.signal));
    await session[Symbol.asyncDispose]();
    expect((await fixture.refusal(fixture.copy(first))).code).to.equal('target_not_empty');
    expect(readFileSync(join(fixture.target, 'd', '1'), 'utf8')).to.equal('changed\n');
    const { whole } = await fixture.copy(first, null, { offer: { adopt: true } });
    expect(whole).to.equal(2);
    fixture.expectSame({ holes: false });
  });
});

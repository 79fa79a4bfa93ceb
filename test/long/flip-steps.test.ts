import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Offer } from '../../src/endpoint/target.js';
import type { DatasetInfo } from '../../src/model/dataset.js';
import { withFilesystem } from '../support/filesystems.js';
import { steppedCommit } from '../support/stepped-commit.js';
import { differences } from '../support/walker.js';
import { CopyFixture } from '../unit/endpoint/local/receive/copy-fixture.js';

class Killed extends Error {}

const TREE = `
  mkdir -p a/b gone/deep keep swap1 swap2 outer/inner
  for i in 1 2 3; do echo $i > a/$i; echo $i > gone/$i; echo $i > gone/deep/$i; done
  echo x > keep/x; echo y > keep/y; echo s1 > swap1/f; echo s2 > swap2/f; echo io > outer/inner/f
  ln keep/x keep/hard; ln keep/x a/hard; ln -s target link; mkfifo pipe
  head -c 200000 /dev/urandom > big; echo dir > becomes-dir; mkdir becomes-file; echo f > becomes-file/f
`;
const CHANGE = `
  printf Z | dd of=big bs=1 seek=70000 conv=notrunc status=none
  mv swap1 t; mv swap2 swap1; mv t swap2
  mv outer/inner inner; mv outer inner/outer
  mv gone/deep/1 rescued; rm -r gone
  rm becomes-dir; mkdir becomes-dir; echo in > becomes-dir/in; rm -r becomes-file; echo now > becomes-file
  ln -sfn other link; rm pipe; rm a/hard; ln keep/y a/hard2; echo more >> keep/x
  mkdir -p new/deep; echo n > new/deep/n; mv a/1 new/1; ln a/2 new/two; chmod 700 a; touch -d @7 keep
  cp -p a/3 t; echo tail >> t; mv t a/3; mv a/2 a/2b
`;

describe('a flip that is killed', () => {
  const ext4 = withFilesystem('ext4', 512);
  const xfs = withFilesystem('xfs', 512);

  for (const [name, filesystem, odd] of [
    ['ext4', ext4, 0],
    ['XFS', xfs, 1],
  ] as const) {
    it(`is finished whatever step it was killed before, every other one on ${name}`, async function () {
      this.timeout(300_000);
      await using fixture = new CopyFixture(filesystem().path, ext4().path);
      fixture.sh(TREE);
      const first = await fixture.capture();
      fixture.sh(CHANGE);
      const second = await fixture.capture();
      let killed = 0;
      for (let stop: number = odd; ; stop += 2) {
        await fixture.copy(first);
        const steps = await killedBefore(stop, fixture, first, second);
        if (steps === null) break;
        killed++;
        await fixture.makeTarget().recover(fixture.signal);
        // A kill before the flip began leaves the session, which goes on.
        const { failures } = await fixture.copy(second, first);
        expect(failures, `step ${stop}`).to.deep.equal([]);
        fixture.expectSame({ holes: false });
        fixture.expectNoStaging();
        forget(fixture);
      }
      expect(killed).to.be.greaterThan(30);
    });
  }

  it('is finished after a first copy as well', async function () {
    this.timeout(120_000);
    await using fixture = new CopyFixture(ext4().path);
    const killed = await killAtEachStep(
      fixture,
      () => ({}),
      () => {
        fixture.expectSame({ holes: false });
        fixture.expectNoStaging();
      },
    );
    expect(killed).to.be.greaterThan(10);
  });

  for (const [how, subpaths, same] of [
    ['whole', [], true],
    ['in part', ['a', 'outer/inner'], false],
  ] as const) {
    it(`is finished after a copy that leaves no dataset, ${how}`, async function () {
      this.timeout(120_000);
      await using fixture = new CopyFixture(ext4().path);
      const offer = (stop: number): Partial<Offer> => ({
        createDataset: false,
        job: `${stop}@1`,
        subpaths: subpaths.map((subpath) => Buffer.from(subpath)),
      });
      const killed = await killAtEachStep(fixture, offer, () => {
        if (same) fixture.expectSame({ holes: false });
        for (const path of subpaths) {
          const [from, to] = [join(fixture.source, path), join(fixture.target, path)];
          expect(differences(from, to, { holes: false })).to.deep.equal([]);
        }
        expect(fixture.targetRoot.trees()).to.deep.equal([]);
      });
      expect(killed).to.be.greaterThan(8);
    });
  }

  it('leaves nothing of a tree that was being taken away', async () => {
    await using fixture = new CopyFixture(ext4().path);
    const { treesPath } = fixture.targetRoot;
    mkdirSync(`${treesPath}/ended-0123456789abcdef/staging`, { recursive: true });
    await fixture.makeTarget().recover(fixture.signal);
    expect(readdirSync(treesPath)).to.deep.equal([]);
  });
});

/**
 * First copies, each killed before a further step and begun again; `check` looks at what came
 * of it. Returns how many.
 */
async function killAtEachStep(
  fixture: CopyFixture,
  offerAt: (stop: number) => Partial<Offer>,
  check: () => void,
): Promise<number> {
  fixture.sh(TREE);
  const first = await fixture.capture();
  for (let stop = 0; ; stop++) {
    const offer = offerAt(stop);
    if ((await killedBefore(stop, fixture, null, first, offer)) === null) return stop;
    await fixture.makeTarget().recover(fixture.signal);
    const { failures } = await fixture.copy(first, null, { offer });
    expect(failures, `step ${stop}`).to.deep.equal([]);
    check();
    forget(fixture);
  }
}

/**
 * Transfers everything, then commits and stops for good before the given
 * step; null when there is no such step.
 */
async function killedBefore(
  stop: number,
  fixture: CopyFixture,
  base: DatasetInfo | null,
  dataset: DatasetInfo,
  offer: Partial<Offer> = {},
): Promise<string | null> {
  let left = stop;
  try {
    await steppedCommit(fixture, { base, dataset, offer }, (name) => {
      if (left-- === 0) throw new Killed(name);
    });
    return null;
  } catch (error) {
    if (left >= 0) throw error;
    return String(error);
  }
}

/** Takes the copy away with all that the agent knows of it. */
function forget(fixture: CopyFixture): void {
  for (const { directory } of fixture.targetRoot.trees()) {
    rmSync(directory.path, { recursive: true, force: true });
  }
  rmSync(fixture.target, { recursive: true, force: true });
}

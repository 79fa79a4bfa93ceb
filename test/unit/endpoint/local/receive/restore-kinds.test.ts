import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RestorePreview } from '../../../../../src/endpoint/local/receive/preview-restore.js';
import type { Offer } from '../../../../../src/endpoint/target.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { EXISTING_FILES, type ExistingFiles } from '../../../../../src/model/policy.js';
import { CopyFixture } from './copy-fixture.js';

const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const TREE = `
  mkdir -p docs/deep links plain
  echo a > docs/a; echo b > docs/deep/b; echo c > links/c; echo d > plain/d; echo e > was-file
`;
/** Each stands in the place of something of another kind, but for `plain`. */
const LIVE = `
  mkdir -p restored/plain restored/was-file etc; cd restored
  echo mine > docs; ln -s ../etc links; echo mine > plain/mine
`;

describe('a restore over files of another kind', function () {
  this.timeout(60_000);
  let fixture: CopyFixture;
  let dataset: DatasetInfo;
  beforeEach(async () => {
    fixture = new CopyFixture(MEMORY);
    fixture.sh(TREE);
    fixture.sh(LIVE, fixture.parent);
    dataset = await fixture.capture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  const live = (...names: string[]) => join(fixture.parent, 'restored', ...names);
  const offer = (existing: ExistingFiles, subpaths: readonly string[]): Partial<Offer> => ({
    targetPath: Buffer.from(live()),
    subpaths: subpaths.map((subpath) => Buffer.from(subpath)),
    createDataset: false,
    restore: { existing, inPlace: false, metadata: true },
  });
  const preview = async (existing: ExistingFiles, ...subpaths: string[]) => {
    await using reader = await fixture.makeSource().open(dataset, fixture.signal);
    const whole = { ...fixture.offer(offer(existing, subpaths)), dataset, base: null };
    return shown(await fixture.makeTarget().preview(whole, reader, fixture.signal));
  };

  for (const existing of EXISTING_FILES.filter((one) => one !== 'fail')) {
    it(`fails for each, and is partial, with ${existing}`, async () => {
      expect(await preview(existing)).to.deep.include({
        ...{ entries: 9, created: 1, kept: 1, replaced: 0, conflicts: 7 },
        conflictPaths: ['docs', 'links', 'was-file'],
      });
      const { failures, result } = await fixture.copy(dataset, null, {
        offer: offer(existing, []),
      });
      expect(failures.map(({ path, code }) => `${path} ${code}`)).to.have.members([
        'docs target_not_empty',
        'links target_not_empty',
        'was-file target_not_empty',
      ]);
      expect(result.dataset.state).to.equal('COMPLETE_PARTIAL');
      expect(readFileSync(live('docs'), 'utf8')).to.equal('mine\n');
      expect(lstatSync(live('links')).isSymbolicLink()).to.equal(true);
      expect(lstatSync(live('was-file')).isDirectory()).to.equal(true);
      expect(readdirSync(join(fixture.parent, 'etc'))).to.deep.equal([]);
      expect(readdirSync(live('plain'))).to.have.members(['d', 'mine']);
    });
  }

  it('tells it also of what is in the way to a path', async () => {
    expect(await preview('skip', 'docs/deep', 'docs/a', 'links/c', 'plain/d')).to.deep.include({
      ...{ entries: 5, created: 1, conflicts: 4 },
      conflictPaths: ['docs', 'links'],
    });
    const { failures, result } = await fixture.copy(dataset, null, {
      offer: offer('skip', ['docs/deep', 'links/c', 'plain/d']),
    });
    expect(failures.map(({ path }) => path)).to.have.members(['docs', 'links']);
    expect(result.dataset.state).to.equal('COMPLETE_PARTIAL');
    expect(readdirSync(live('plain'))).to.have.members(['d', 'mine']);
  });
});

function shown({ conflictPaths, ...counts }: RestorePreview) {
  return { ...counts, conflictPaths: conflictPaths.map((path) => Buffer.from(path).toString()) };
}

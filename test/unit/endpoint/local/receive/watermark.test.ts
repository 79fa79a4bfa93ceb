import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { driftTask } from '../../../../../src/endpoint/local/receive/drift-task.js';
import { isUntouchedSince } from '../../../../../src/endpoint/local/receive/watermark.js';
import { placeOf } from '../../../../../src/endpoint/local/tree-place.js';
import type { DatasetReader, Source } from '../../../../../src/endpoint/source.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { DmError } from '../../../../../src/model/error.js';
import { parseDatasetId, parseSystemGuid } from '../../../../../src/model/ids.js';
import { Random } from '../../../../support/e2e-random.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { RandomEdits } from '../capture/random-edits.js';
import { CopyFixture } from './copy-fixture.js';

const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const SYSTEM = parseSystemGuid('0123456789ABCDEF0123456789ABCDEF0123');
const TREE = `
  mkdir -p d/e other/deep; echo one > d/one; echo two > d/two; echo deep > d/e/deep; echo top > top
  head -c 200000 /dev/urandom > big; ln d/one other/hard; ln -s top link; echo alone > other/deep/f`;
const ROUNDS = 10;
const EDITS = 3;

describe('a received tree on btrfs', function () {
  this.timeout(120_000);
  const btrfs = withFilesystem('btrfs', 512);
  let fixture: CopyFixture;
  let base: DatasetInfo;
  /** Whether each copy looked at everything. */
  let walked: boolean[];

  beforeEach(async () => {
    fixture = new CopyFixture(btrfs().path, MEMORY);
    fixture.sh(TREE);
    base = await fixture.capture();
    walked = [];
    await fixture.copy(base);
  });

  afterEach(() => fixture[Symbol.asyncDispose]());

  /** Changes the source, copies it, and returns the code that the copy was refused with. */
  async function copyNext(
    onDrift: 'repair' | 'fail',
    { change = 'echo more >> big', source }: { change?: string; source?: Source } = {},
  ): Promise<string | null> {
    fixture.sh(change);
    const dataset = await fixture.capture();
    const log = {
      warn: () => undefined,
      debug: (fields: object) => {
        if ('walked' in fields) walked.push(fields.walked === true);
      },
    };
    const target = fixture.makeTarget(true, log);
    try {
      const options = { offer: { onDrift }, target, ...(source && { source }) };
      await fixture.copy(dataset, base, options);
    } catch (error) {
      if (error instanceof DmError) return error.code;
      throw error;
    }
    base = dataset;
    fixture.expectSame({ holes: false });
    return null;
  }

  /** What a walk says of the tree as it is now. */
  async function isDriftedByWalk(): Promise<boolean> {
    const [found] = fixture.targetRoot.trees();
    if (found === undefined) throw new Error('nothing was received');
    const tree = { ...found.tree, watermark: null };
    const input = {
      ...{ place: placeOf(fixture.targetRoot, tree), root: fixture.targetRoot.path },
      ...{ otherPrivateDirectories: [], system: SYSTEM, onDrift: 'fail' as const },
      ...{ id: parseDatasetId('0'.repeat(32)), nowMs: Date.now() },
      retention: { periodSeconds: null, reserve: 0 },
    };
    const none = { emit: async () => undefined, incoming: (async function* () {})() };
    try {
      const { walked } = await driftTask(input, { ...none, signal: fixture.signal });
      expect(walked).to.equal(true);
      return false;
    } catch (error) {
      if (error instanceof DmError && error.code === 'target_drifted') return true;
      throw error;
    }
  }

  it('is not walked as long as nobody but the copies has changed it', async () => {
    for (const change of [
      'true',
      'echo more >> big',
      'rm top; mkdir new; mv d/e new/e; ln big other/big; echo x > new/x; chmod 600 d/one',
      'true',
      'rm -r new',
    ]) {
      expect(await copyNext('fail', { change })).to.equal(null);
    }
    // Neither by reading, nor by what happens beside it.
    fixture.sh('cat big >/dev/null; ls -R >/dev/null; echo beside > ../beside', fixture.target);
    expect(await copyNext('fail')).to.equal(null);
    expect(walked).to.deep.equal(Array(6).fill(false));
  });

  for (const change of [
    'echo x >> other/deep/f',
    'touch -r other/deep/f t; echo ALONE > other/deep/f; touch -r t other/deep/f; rm t',
    'chmod 600 other/deep/f',
    'setfattr -n user.mine -v 1 other/deep/f',
    'chmod 700 other/deep',
    'echo mine > other/deep/mine',
    'mkdir other/deep/mine',
    'rm other/deep/f',
    'mv other/deep/f other/deep/g',
    'mv other/deep d/deep',
    'ln top other/deep/top',
    'ln -sfn elsewhere link',
    'rm -r *',
    `perl -e 'open my $f, "+<", "other/deep/f"; syswrite $f, "MMMMM"'`,
  ]) {
    it(`is found changed by: ${change}`, async () => {
      expect(await copyNext('fail')).to.equal(null);
      fixture.sh(change, fixture.target);
      expect(await copyNext('fail')).to.equal('target_drifted');
      expect(await copyNext('repair')).to.equal(null);
      expect(await copyNext('fail')).to.equal(null);
      // One copy after that which repaired it has looked at everything at most.
      expect(await copyNext('fail')).to.equal(null);
      expect(walked.at(-1)).to.equal(false);
    });
  }

  for (const [where, change] of [
    ['a file that it does not touch', 'echo x >> other/deep/f'],
    ['a directory that it does not touch', 'echo mine > other/deep/mine'],
    ['the name of a file that it does not touch', 'mv other/deep/f other/deep/g'],
    ['a directory that it touches, to which something came', 'echo mine > mine'],
    ['a directory that it touches, from which something went', 'rm link'],
    ['a directory that it touches, where something took the place of another', 'rm link; : > mine'],
    ['a directory that it touches, where something was renamed', 'mv link mine'],
    ['a directory that it touches, by a further name of a file', 'rm link; ln top mine'],
  ] as const) {
    it(`is found changed when that was done during a copy, to ${where}`, async () => {
      const source = beforeContent(fixture.makeSource(), () => fixture.sh(change, fixture.target));
      fixture.sh('echo new > new');
      const dataset = await fixture.capture();
      await fixture.copy(dataset, base, { source });
      base = dataset;
      expect(await copyNext('fail')).to.equal('target_drifted');
      expect(await copyNext('repair')).to.equal(null);
    });
  }

  it('is found changed whenever a walk finds it so', async () => {
    const seed = randomInt(2 ** 31);
    const random = new Random(seed);
    const outside = join(fixture.parent, 'outside');
    mkdirSync(outside);
    const edits = new RandomEdits({ base: fixture.target, outside }, random);
    let changed = 0;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        // Else each copy would walk, and this would compare a walk with a walk.
        const tree = fixture.targetRoot.trees()[0]?.tree;
        expect(tree?.watermark?.head).to.equal(tree?.head);
        edits.run(random.below(EDITS));
        const isDrifted = await isDriftedByWalk();
        if (isDrifted) changed++;
        expect((await copyNext('fail')) === 'target_drifted').to.equal(isDrifted);
        expect(await copyNext('repair')).to.equal(null);
        expect(await copyNext('fail')).to.equal(null);
      }
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
    expect(changed, `seed ${seed}`).to.be.greaterThan(0);
  });

  it('is walked when something is mounted in it', async () => {
    const mount = join(fixture.target, 'other/deep');
    execFileSync('mount', ['-t', 'tmpfs', 'none', mount]);
    try {
      expect(await copyNext('fail')).to.equal('target_drifted');
    } finally {
      execFileSync('umount', [mount]);
    }
    expect(await copyNext('fail')).to.equal(null);
  });

  it('is walked when far more was changed beside it, once', async () => {
    const make = 'mkdir beside; perl -e \'for (1..100_100) { open my $f, ">", "beside/$_" }\'';
    fixture.sh(make, fixture.parent);
    for (let copy = 0; copy < 2; copy++) expect(await copyNext('fail')).to.equal(null);
    expect(walked).to.deep.equal([true, false]);
  });

  it('is not known by the record of another subvolume, or of a later time', async () => {
    const [found] = fixture.targetRoot.trees();
    const watermark = found?.tree.watermark ?? null;
    if (watermark === null) throw new Error('the copy has left no watermark');
    const get = async (): Promise<null> => null;
    const catalog = { entries: { count: 0 } };
    const bound = { bindings: { get }, inodeIndex: { get }, catalog, directories: {} };
    const isUntouched = (change: object): Promise<boolean> =>
      isUntouchedSince(
        fixture.targetRoot.fd,
        { ...watermark, ...change },
        bound as never,
        fixture.signal,
      );
    expect(await isUntouched({})).to.equal(true);
    expect(await isUntouched({ subvolume: `5-${'0'.repeat(32)}` })).to.equal(false);
    expect(await isUntouched({ transaction: watermark.transaction + 1000n })).to.equal(false);
  });
});

/** A source that does something before it tells of contents, when the target has looked at its tree. */
function beforeContent(source: Source, act: () => void): Source {
  const reading = (reader: DatasetReader): DatasetReader =>
    new Proxy(reader, {
      get: (of, name) => {
        const value = Reflect.get(of, name);
        if (name !== 'changes') return typeof value === 'function' ? value.bind(of) : value;
        return async function* (...given: Parameters<DatasetReader['changes']>) {
          let isDone = false;
          for await (const batch of of.changes(...given)) {
            if (!isDone && batch.phase !== 'structure') {
              isDone = true;
              act();
            }
            yield batch;
          }
        };
      },
    });
  return new Proxy(source, {
    get: (of, name) => {
      const value = Reflect.get(of, name);
      if (name !== 'open') return typeof value === 'function' ? value.bind(of) : value;
      return async (...given: Parameters<Source['open']>) => reading(await of.open(...given));
    },
  });
}

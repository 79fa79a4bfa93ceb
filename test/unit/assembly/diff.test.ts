import { expect } from 'chai';
import { browseHandlers } from '../../../src/assembly/control/browse.js';
import type { TreeEntry as TreeEntryMessage } from '../../../src/cli/control-messages.js';
import { diffTrees, type PathDifference } from '../../../src/cli/diff-trees.js';
import type { Source } from '../../../src/endpoint/source.js';
import type { DatasetInfo } from '../../../src/model/dataset.js';
import { ObjectFixture } from '../endpoint/object/receive/object-fixture.js';

const BEFORE = `
  for d in a b c d e f; do mkdir -p $d/deep/er; for i in 1 2 3; do echo $d$i > $d/$i; echo $i > $d/deep/er/$i; done; done
  mkdir -p links/one links/two links/three; echo x > links/one/file; ln links/one/file links/two/same; ln links/one/file links/three/too`;
/** Each edit together with those before it. */
const EDITS: readonly (readonly [string, string])[] = [
  ['nothing', ':'],
  ['a file far below', 'echo more >> a/deep/er/2'],
  ['a new file and a deleted one', 'echo new > b/deep/new; rm b/deep/er/1'],
  [
    'a moved directory, with something changed in it',
    'mv c d/moved; echo more > d/moved/deep/er/3',
  ],
  ['a deleted tree and a new one', 'rm -r e; mkdir -p g/h; echo i > g/h/i'],
  ['the content of a file of several names', 'echo longer > links/two/same'],
  ['a further name, and one less', 'ln links/one/file f/extra; rm links/three/too'],
  ['a file in the place of a directory', 'rm -r f/deep; echo file > f/deep'],
  ['two directories that changed places', 'mv a tmp; mv b a; mv tmp b; chmod 700 .'],
  ['a directory moved out of one that went', 'mv d/moved/deep saved; rm -r d'],
];

describe('the difference of two datasets', function () {
  this.timeout(240_000);
  let fixture: ObjectFixture;

  beforeEach(() => {
    fixture = new ObjectFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  /** What the two trees say, and how many directories were listed for it. */
  async function diff(
    source: Source,
    [one, other]: readonly [DatasetInfo, DatasetInfo],
    isPruned: boolean,
  ): Promise<{ changes: PathDifference[]; listed: number }> {
    let listed = 0;
    const counting = async (...args: Parameters<Source['open']>) => {
      const reader = await source.open(...args);
      return new Proxy(reader, {
        get: (target, name) => {
          if (name === 'list') listed++;
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    };
    const place = {
      source: { ...source, open: counting } as unknown as Source,
      [Symbol.asyncDispose]: async () => undefined,
    };
    const { browseTree } = browseHandlers({
      places: { open: async () => place },
      resolve: async () => '',
      onRead: () => undefined,
    });
    const tree = (dataset: DatasetInfo, than: DatasetInfo, is_later: boolean) =>
      browseTree(
        {
          account: '',
          dataset: dataset.id,
          path: Buffer.alloc(0),
          compared_to: isPruned ? than.id : '',
          is_later,
        },
        fixture.signal,
      ) as AsyncIterable<TreeEntryMessage>;
    const changes: PathDifference[] = [];
    for await (const change of diffTrees(tree(one, other, false), tree(other, one, true))) {
      changes.push(change);
    }
    return { changes, listed };
  }

  it('is the same when only what differs is looked at', async () => {
    const { copy } = fixture;
    copy.sh(BEFORE);
    const datasets = [await copy.capture()];
    for (const [, edit] of EDITS) {
      copy.sh(edit);
      const dataset = await copy.capture();
      await fixture.backUp(dataset);
      datasets.push(dataset);
    }
    const backups = datasets.slice(1);
    const stored = await fixture.makeSource();
    const local = copy.makeSource();
    for (const [source, held] of [
      [stored, backups],
      [local, datasets],
    ] as const) {
      for (let at = 1; at < held.length; at++) {
        // One after the other, backwards too, and a longer way.
        for (const [from, to] of [
          [at - 1, at],
          ...(source === local ? [[at, at - 1] as const] : [[0, at] as const]),
        ] as const) {
          const [one, other] = [held[from], held[to]];
          if (one === undefined || other === undefined) continue;
          const whole = await diff(source, [one, other], false);
          const pruned = await diff(source, [one, other], true);
          expect(pruned.changes, `${from} and ${to}`).to.deep.equal(whole.changes);
          expect(pruned.listed).to.be.at.most(whole.listed);
        }
      }
    }
  });

  it('looks into the directories on the way to a change only', async () => {
    const { copy } = fixture;
    copy.sh('for d in $(seq 200); do mkdir -p $d/x/y; touch $d/x/y/file; done');
    const one = await copy.capture();
    copy.sh('echo more > 77/x/y/file');
    const other = await copy.capture();
    const { changes, listed } = await diff(copy.makeSource(), [one, other], true);
    expect(changes.map(({ path }) => path)).to.deep.equal(['77/x/y/file']);
    expect(listed).to.equal(8);
  });
});

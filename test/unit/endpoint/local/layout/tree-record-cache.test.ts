import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import { type LocalTree, NO_HISTORY } from '../../../../../src/endpoint/local/layout/local-tree.js';
import type { TreeDirectory } from '../../../../../src/endpoint/local/layout/tree-directory.js';
import { TreeRecordCache } from '../../../../../src/endpoint/local/layout/tree-record-cache.js';
import { TempDirectory } from '../../../../support/temp-directory.js';
import { DATASET } from '../../../formats/format-values.js';

describe('cache of tree records', () => {
  let folder: TempDirectory;
  let root: DataRoot;
  let directory: TreeDirectory;
  let tree: LocalTree;
  let now: number;
  let cache: TreeRecordCache;

  beforeEach(() => {
    folder = new TempDirectory();
    root = DataRoot.open(Buffer.from(folder.path));
    const basePath = Buffer.from(`${folder.path}/tree`);
    const owned = { role: 'received', owner: 'spki:x', released: false } as const;
    ({ directory, tree } = root.createTree({
      tree: DATASET.tree,
      basePath,
      ...owned,
      ...NO_HISTORY,
    }));
    now = 0;
    cache = new TreeRecordCache({ uptimeMs: () => now });
  });
  afterEach(() => {
    root.close();
    folder[Symbol.dispose]();
  });

  /** Reads it, and again when nothing that looks alike can be written any more. */
  function settle(): LocalTree {
    cache.load(directory);
    now += 101;
    return cache.load(directory);
  }

  it('reads a record again until it can have no twin, and then only when it was written', () => {
    const first = cache.load(directory);
    now = 100;
    const second = cache.load(directory);
    expect(second).to.deep.equal(tree);
    expect(second).not.to.equal(first);
    now = 101;
    const third = cache.load(directory);
    expect(third).not.to.equal(second);
    expect(cache.load(directory)).to.equal(third);
    directory.save({ ...tree, released: true });
    expect(cache.load(directory).released).to.equal(true);
  });

  it('keeps nothing of a tree whose dataset is being committed', () => {
    const kept = settle();
    const next = `${directory.path}/tree-next.json`;
    copyFileSync(`${directory.path}/tree.json`, next);
    expect(cache.load(directory)).not.to.equal(kept);
    now += 1_000;
    expect(cache.load(directory)).not.to.equal(cache.load(directory));
    directory.writeDataset(DATASET);
    directory.commit(DATASET, { ...tree, head: DATASET.id });
    expect(cache.load(directory).head).to.equal(DATASET.id);
  });

  it('notices that a record is damaged, and that it is gone', () => {
    settle();
    writeFileSync(`${directory.path}/tree.json`, '{');
    expect(() => cache.load(directory)).to.throw('is not JSON');
    rmSync(`${directory.path}/tree.json`);
    expect(() => cache.load(directory)).to.throw('is gone');
  });

  it('forgets trees that are gone', () => {
    const kept = settle();
    cache.retain([]);
    const again = cache.load(directory);
    expect(again).to.deep.equal(kept);
    expect(again).not.to.equal(kept);
  });

  it('serves what a root lists', () => {
    expect(root.trees().map((one) => one.tree)).to.deep.equal([tree]);
    directory.save({ ...tree, released: true });
    expect(root.trees().map((one) => one.tree.released)).to.deep.equal([true]);
  });
});

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import { NO_HISTORY } from '../../../../../src/endpoint/local/layout/local-tree.js';
import { removeUnfinished } from '../../../../../src/endpoint/local/layout/unfinished.js';
import { DmError } from '../../../../../src/model/error.js';
import { TempDirectory } from '../../../../support/temp-directory.js';
import { DATASET } from '../../../formats/format-values.js';

describe('what a kill leaves in a root', () => {
  it('is removed at the next start, and nothing else', () => {
    using directory = new TempDirectory();
    using root = DataRoot.open(Buffer.from(directory.path));
    const trees = `${directory.path}/.datamover/trees`;
    const shard = `${trees}/00000000000000aa`;
    const lost = `${trees}/00000000000000bb`;
    const whole = `${trees}/00000000000000cc`;
    for (const tree of [shard, lost, whole]) {
      for (const part of ['datasets', 'bookmarks', 'versions/00']) {
        mkdirSync(`${tree}/${part}`, { recursive: true });
      }
      writeFileSync(`${tree}/.tree.json.new`, '{');
      writeFileSync(`${tree}/datasets/.${'0'.repeat(32)}.json.new`, '{');
      writeFileSync(`${tree}/bookmarks/.${'1'.repeat(32)}.json.new`, '{');
    }
    mkdirSync(`${trees}/ended-00000000000000dd/staging`, { recursive: true });
    writeFileSync(`${directory.path}/.datamover/.dm-proof-0-link`, '');
    writeFileSync(`${lost}/datasets/${'2'.repeat(32)}.json`, '{}');
    writeFileSync(`${whole}/tree.json`, '{}');
    writeFileSync(`${whole}/datasets/.kept`, '');
    removeUnfinished(root);
    expect(readdirSync(`${directory.path}/.datamover`).sort()).to.deep.equal([
      'format.json',
      'packs',
      'trees',
    ]);
    // One whose record is gone, but not what belongs to it, is for the operator.
    expect(readdirSync(trees).sort()).to.deep.equal([
      '00000000000000aa',
      '00000000000000bb',
      '00000000000000cc',
    ]);
    expect(readdirSync(`${lost}/datasets`)).to.deep.equal([`${'2'.repeat(32)}.json`]);
    expect(readdirSync(`${whole}/datasets`)).to.deep.equal(['.kept']);
    expect(readdirSync(`${whole}/bookmarks`)).to.deep.equal([]);
    expect(existsSync(`${whole}/tree.json`)).to.equal(true);
    expect(existsSync(`${whole}/.tree.json.new`)).to.equal(false);
  });

  it('of a commit counts when the dataset has its record, and does not otherwise', () => {
    for (const isRecorded of [true, false]) {
      using directory = new TempDirectory();
      using root = DataRoot.open(Buffer.from(directory.path));
      const { directory: tree, tree: former } = root.createTree({
        tree: DATASET.tree,
        basePath: Buffer.from(`${directory.path}/tree`),
        role: 'origin',
        owner: '',
        released: false,
        ...NO_HISTORY,
      });
      tree.save({ ...former, head: DATASET.id });
      const next = readFileSync(`${tree.path}/tree.json`);
      tree.save(former);
      writeFileSync(`${tree.path}/tree-next.json`, next);
      if (isRecorded) tree.writeDataset(DATASET);
      removeUnfinished(root);
      expect(existsSync(`${tree.path}/tree-next.json`)).to.equal(false);
      expect(tree.load().head).to.equal(isRecorded ? DATASET.id : null);
    }
  });

  it('of a commit beside a damaged record stays, and keeps nothing else from being cleared', () => {
    for (const damaged of ['tree.json', 'tree-next.json']) {
      using directory = new TempDirectory();
      using root = DataRoot.open(Buffer.from(directory.path));
      const first = { tree: DATASET.tree, role: 'origin', owner: '', released: false } as const;
      const trees = ['one', 'other'].map((name) =>
        root.createTree({ ...first, basePath: Buffer.from(`/${name}`), ...NO_HISTORY }),
      );
      for (const { directory: tree } of trees) {
        writeFileSync(`${tree.path}/tree-next.json`, readFileSync(`${tree.path}/tree.json`));
        writeFileSync(`${tree.path}/.tree.json.new`, '{');
      }
      const path = trees[0]?.directory.path;
      const broken = `${readFileSync(`${path}/${damaged}`, 'utf8')}x`;
      writeFileSync(`${path}/${damaged}`, broken);
      removeUnfinished(root);
      expect(readFileSync(`${path}/${damaged}`, 'utf8')).to.equal(broken);
      expect(readdirSync(`${path}`)).to.include.members(['tree.json', 'tree-next.json']);
      expect(readdirSync(`${trees[1]?.directory.path}`)).not.to.include('tree-next.json');
      for (const one of trees)
        expect(existsSync(`${one.directory.path}/.tree.json.new`)).to.be.false;
      expect(() => root.trees())
        .to.throw(DmError)
        .with.property('code', 'corrupt');
    }
  });

  it('of a tree that was being made is nothing', () => {
    using directory = new TempDirectory();
    using root = DataRoot.open(Buffer.from(directory.path));
    const trees = `${directory.path}/.datamover/trees`;
    mkdirSync(`${trees}/00000000000000aa/datasets`, { recursive: true });
    mkdirSync(`${trees}/00000000000000aa/versions`);
    writeFileSync(`${trees}/00000000000000aa/.tree.json.new`, '{');
    removeUnfinished(root);
    expect(readdirSync(trees)).to.deep.equal([]);
  });
});

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DataRoot, rootOf } from '../../../../../src/endpoint/local/layout/data-root.js';
import { VersionStore } from '../../../../../src/endpoint/local/layout/version-store.js';
import { DmError } from '../../../../../src/model/error.js';
import type { Gfid } from '../../../../../src/model/ids.js';

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof DmError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('data root', () => {
  let parent = '';
  let path = '';
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'dm-root-'));
    path = join(parent, 'root');
    mkdirSync(path);
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it('makes its private directory once and keeps its id', () => {
    const open = () => {
      using root = DataRoot.open(Buffer.from(`${path}//`));
      expect(root.path.toString()).to.equal(path);
      return root.rootId;
    };
    const id = open();
    expect(open()).to.equal(id);
    expect(lstatSync(join(path, '.datamover')).mode & 0o777).to.equal(0o700);
    const format = JSON.parse(readFileSync(join(path, '.datamover/format.json'), 'utf8'));
    expect(format).to.deep.equal({ format: 1, rootId: id });
  });

  it('refuses what is not safe or not a directory', () => {
    expect(codeOf(() => DataRoot.open(Buffer.from(join(parent, 'none'))))).to.equal(
      'invalid_config',
    );
    symlinkSync(path, join(parent, 'link'));
    expect(codeOf(() => DataRoot.open(Buffer.from(join(parent, 'link'))))).to.equal(
      'invalid_config',
    );
    mkdirSync(join(path, '.datamover'));
    chmodSync(join(path, '.datamover'), 0o750);
    expect(codeOf(() => DataRoot.open(Buffer.from(path)))).to.equal('unsafe_permissions');
    rmSync(join(path, '.datamover'), { recursive: true });
    symlinkSync(parent, join(path, '.datamover'));
    expect(codeOf(() => DataRoot.open(Buffer.from(path)))).to.equal('unsafe_permissions');
  });

  it('refuses a format of a newer release and a damaged one', () => {
    DataRoot.open(Buffer.from(path)).close();
    const file = join(path, '.datamover/format.json');
    writeFileSync(file, JSON.stringify({ format: 2, rootId: 'x' }));
    expect(codeOf(() => DataRoot.open(Buffer.from(path)))).to.equal('state_version');
    writeFileSync(file, '{');
    expect(codeOf(() => DataRoot.open(Buffer.from(path)))).to.equal('corrupt');
  });

  it('resolves paths to the innermost root and refuses the others', () => {
    mkdirSync(join(path, 'inner'));
    using outer = DataRoot.open(Buffer.from(path));
    using inner = DataRoot.open(Buffer.from(join(path, 'inner')));
    const roots = [outer, inner];
    const below = outer.relative(Buffer.from(`${path}/a//b/`));
    expect(below?.map(String)).to.deep.equal(['a', 'b']);
    expect(outer.relative(Buffer.from(path))).to.deep.equal([]);
    expect(rootOf(roots, Buffer.from(`${path}/inner/x`))).to.equal(inner);
    expect(rootOf(roots, Buffer.from(`${path}/innermost`))).to.equal(outer);
    expect(codeOf(() => rootOf(roots, Buffer.from(`${path}-not`)))).to.equal('path_outside_roots');
    expect(codeOf(() => rootOf(roots, Buffer.from(`${path}/../x`)))).to.equal('path_outside_roots');
    expect(codeOf(() => rootOf(roots, Buffer.from('relative')))).to.equal('invalid_argument');
  });
});

describe('version store', () => {
  it('holds whole versions only', () => {
    const parent = mkdtempSync(join(tmpdir(), 'dm-versions-'));
    try {
      const store = new VersionStore(parent);
      const gfid = 0xabcdn as Gfid;
      expect(store.open(gfid, 7n)).to.equal(null);
      const failing = () =>
        store.put(gfid, 7n, () => {
          throw new RangeError('half way');
        });
      expect(failing).to.throw(RangeError);
      expect([...store.list()]).to.deep.equal([]);
      store.put(gfid, 7n, (fd) => writeFileSync(fd, 'seven'));
      store.put(gfid, 8n, (fd) => writeFileSync(fd, 'eight'));
      expect(readFileSync(store.pathOf(gfid, 7n), 'utf8')).to.equal('seven');
      expect(store.pathOf(gfid, 7n)).to.match(/\/cd\/000000000000abcd\.0000000000000007$/);
      expect(store.removeLeftovers(8n)).to.equal(1);
      expect([...store.list()]).to.deep.equal([{ gfid, version: 7n }]);
      expect(store.remove(gfid, 7n)).to.equal(true);
      expect(store.remove(gfid, 7n)).to.equal(false);
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  });
});

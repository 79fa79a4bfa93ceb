import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { DataRoot } from '../../../src/endpoint/local/layout/data-root.js';
import {
  type DatasetRecord,
  parseDatasetRecord,
  serialiseDatasetRecord,
} from '../../../src/endpoint/local/layout/dataset-record.js';
import {
  type LocalTree,
  parseLocalTree,
  serialiseLocalTree,
} from '../../../src/endpoint/local/layout/local-tree.js';
import { TreeDirectory } from '../../../src/endpoint/local/layout/tree-directory.js';
import { VersionStore } from '../../../src/endpoint/local/layout/version-store.js';
import { DmError } from '../../../src/model/error.js';
import { TempDirectory } from '../../support/temp-directory.js';
import { BARE_DATASET, BARE_TREE, DATASET, gfid, TREE } from './format-values.js';

/*
 * Records as they are on disk. When a test here fails, what older releases wrote can no longer
 * be read: raise the format, or undo the change.
 */

const DATASET_JSON = [
  '{"format":1,"id":"0123456789abcdef0123456789abcdef",',
  '"tree":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",',
  '"parents":["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"],',
  '"rootDigest":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",',
  '"contentDigest":"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",',
  '"contentDigestState":"partial","name":"nightly \\"ä\\"",',
  '"originSystem":"0123456789ABCDEF0123456789ABCDEF0123",',
  '"originBasePath":"L3Nydi9kYXRh/w==","createdAtMs":1700000000123,"entries":3,',
  '"bytes":"9223372036854775809","incarnations":[{"incarnation":1,',
  '"system":"0123456789ABCDEF0123456789ABCDEF0123"},{"incarnation":16777215,',
  '"system":"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"}],"excludes":["*.tmp","/cache/"],',
  '"type":"FILE","state":"COMPLETE_PARTIAL","basePath":"L2NvcHkvZGF0YQ==",',
  '"subpaths":["YS9i","/g=="],"provider":"clone",',
  '"maps":{"entries":{"digest":"1111111111111111111111111111111111111111111111111111111111111111",',
  '"locator":{"pack":"11111111111111111111111111111111","offset":32,"length":4096},',
  '"count":3,"height":1},',
  '"inodes":{"digest":"2222222222222222222222222222222222222222222222222222222222222222",',
  '"locator":{"pack":"22222222222222222222222222222222","offset":4128,"length":4096},',
  '"count":3,"height":1},"links":null,',
  '"content":{"digest":"3333333333333333333333333333333333333333333333333333333333333333",',
  '"locator":{"pack":"33333333333333333333333333333333","offset":8224,"length":4096},',
  '"count":3,"height":1},',
  '"side":{"digest":"4444444444444444444444444444444444444444444444444444444444444444",',
  '"locator":{"pack":"44444444444444444444444444444444","offset":12320,"length":4096},',
  '"count":3,"height":1},',
  '"exceptions":{"digest":"5555555555555555555555555555555555555555555555555555555555555555",',
  '"locator":{"pack":"55555555555555555555555555555555","offset":16416,"length":4096},',
  '"count":3,"height":1}},"warnings":[{"path":"bW50","code":"mount_point"}],',
  '"committedAtMs":1700000100456,"retention":{"periodSeconds":86400,"reserve":2},',
  '"expiresAtMs":1700086500456,',
  '"signature":{"signedBy":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",',
  '"value":"AAEC/w=="},',
  '"from":"spki:9999999999999999999999999999999999999999999999999999999999999999",',
  '"snapshotBase":"c3J2L2RhdGE=","scan":"walk: it is the first dataset"}',
].join('');

const BARE_DATASET_JSON = [
  '{"format":1,"id":"0123456789abcdef0123456789abcdef",',
  '"tree":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","parents":[],',
  '"rootDigest":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",',
  '"contentDigest":null,"contentDigestState":"none","name":"",',
  '"originSystem":"0123456789ABCDEF0123456789ABCDEF0123",',
  '"originBasePath":"L3Nydi9kYXRh/w==","createdAtMs":1700000000123,"entries":3,"bytes":"0",',
  '"incarnations":[],"excludes":[],"type":"FILE","state":"COMPLETE",',
  '"basePath":"L2NvcHkvZGF0YQ==","subpaths":[],"provider":"snapshot",',
  '"maps":{"entries":null,"inodes":null,"links":null,"content":null,"side":null,',
  '"exceptions":null},"warnings":[],"committedAtMs":1700000100456,',
  '"retention":{"periodSeconds":null,"reserve":0},"expiresAtMs":null,"signature":null,',
  '"from":"","snapshotBase":null,"scan":""}',
].join('');

const TREE_JSON = [
  '{"format":1,"localTree":"00112233445566ff","tree":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",',
  '"basePath":"L2NvcHkvZGF0YQ==","role":"received",',
  '"owner":"spki:9999999999999999999999999999999999999999999999999999999999999999",',
  '"released":false,"head":"0123456789abcdef0123456789abcdef",',
  '"bindings":{"digest":"6666666666666666666666666666666666666666666666666666666666666666",',
  '"locator":{"pack":"66666666666666666666666666666666","offset":20512,"length":4096},',
  '"count":3,"height":1},',
  '"inodeIndex":{"digest":"7777777777777777777777777777777777777777777777777777777777777777",',
  '"locator":{"pack":"77777777777777777777777777777777","offset":24608,"length":4096},',
  '"count":3,"height":1},"incarnation":16777215,"nextCounter":1099511627775,',
  '"incarnations":[{"incarnation":1,',
  '"system":"0123456789ABCDEF0123456789ABCDEF0123"},{"incarnation":16777215,',
  '"system":"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"}],"base":{"device":"66307",',
  '"inode":"18446744073709551615","btimeNs":"-1"},"baseEntries":3,',
  '"previousProvider":"live","watermark":{"head":"0123456789abcdef0123456789abcdef",',
  '"subvolume":"5-77777777777777777777777777777777","transaction":"18446744073709551615"},',
  '"flip":{"session":"8899aabbccddeeff"},',
  '"capturing":"ffffffffffffffffffffffffffffffff"}',
].join('');

const BARE_TREE_JSON = [
  '{"format":1,"localTree":"00112233445566ff","tree":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",',
  '"basePath":"L2NvcHkvZGF0YQ==","role":"origin","owner":"","released":false,"head":null,',
  '"bindings":null,"inodeIndex":null,"incarnation":null,"nextCounter":1,"incarnations":[],',
  '"base":null,"baseEntries":0,"previousProvider":null,"flip":null,"capturing":null}',
].join('');

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof DmError) return error.code;
    throw error;
  }
  return 'accepted';
}

interface Pinned {
  readonly name: string;
  readonly text: string;
  serialise(): string;
  parse(text: string): DatasetRecord | LocalTree;
  readonly value: DatasetRecord | LocalTree;
  /** A field that older releases do not write. */
  readonly mayLack?: string;
}

const parseDataset = (text: string) => parseDatasetRecord(text, 'record');
const parseTree = (text: string) => parseLocalTree(text, 'record');

const PINNED: readonly Pinned[] = [
  {
    name: 'dataset record',
    text: DATASET_JSON,
    serialise: () => serialiseDatasetRecord(DATASET),
    parse: parseDataset,
    value: DATASET,
  },
  {
    name: 'dataset record of nothing',
    text: BARE_DATASET_JSON,
    serialise: () => serialiseDatasetRecord(BARE_DATASET),
    parse: parseDataset,
    value: BARE_DATASET,
  },
  {
    name: 'tree record',
    text: TREE_JSON,
    serialise: () => serialiseLocalTree(TREE),
    parse: parseTree,
    value: TREE,
    mayLack: 'watermark',
  },
  {
    name: 'tree record of nothing',
    text: BARE_TREE_JSON,
    serialise: () => serialiseLocalTree(BARE_TREE),
    parse: parseTree,
    value: BARE_TREE,
  },
];

describe('format of records on disk', () => {
  for (const { name, text, serialise, parse, value, mayLack } of PINNED) {
    it(`writes a ${name} as pinned`, () => {
      expect(serialise()).to.equal(text);
    });

    it(`reads the pinned ${name}`, () => {
      expect(parse(text)).to.deep.equal(value);
    });

    it(`passes over what a ${name} does not know, and takes nothing for granted`, () => {
      const fields = JSON.parse(text);
      expect(parse(JSON.stringify({ ...fields, later: { anything: 1 } }))).to.deep.equal(value);
      for (const field of Object.keys(fields)) {
        if (field === mayLack) continue;
        const { [field]: _, ...others } = fields;
        expect(
          codeOf(() => parse(JSON.stringify(others))),
          field,
        ).to.equal('corrupt');
      }
    });

    it(`tells a ${name} of another format from a damaged one`, () => {
      const fields = JSON.parse(text);
      const codes = [2, 0, '1', null].map((format) =>
        codeOf(() => parse(JSON.stringify({ ...fields, format }))),
      );
      expect(codes).to.deep.equal(['state_version', 'corrupt', 'corrupt', 'corrupt']);
    });
  }

  it('keeps format.json as pinned, and refuses one of another format', () => {
    using directory = new TempDirectory();
    const file = directory.join('.datamover', 'format.json');
    DataRoot.open(Buffer.from(directory.path)).close();
    const text = readFileSync(file, 'utf8');
    expect(text).to.match(/^\{"format":1,"rootId":"[0-9a-f]{32}"\}$/);
    DataRoot.open(Buffer.from(directory.path)).close();
    expect(readFileSync(file, 'utf8')).to.equal(text);
    writeFileSync(file, text.replace('"format":1', '"format":2'));
    expect(codeOf(() => DataRoot.open(Buffer.from(directory.path)))).to.equal('state_version');
  });

  it('takes tree-next.json for the tree from the moment its dataset has a record', () => {
    using directory = new TempDirectory();
    const tree = new TreeDirectory(directory.path, TREE.localTree);
    mkdirSync(tree.datasetsPath, { recursive: true });
    writeFileSync(`${tree.path}/tree.json`, BARE_TREE_JSON);
    writeFileSync(`${tree.path}/tree-next.json`, TREE_JSON);
    expect(tree.load()).to.deep.equal(BARE_TREE);
    writeFileSync(`${tree.datasetsPath}/${DATASET.id}.json`, DATASET_JSON);
    expect(tree.load()).to.deep.equal(TREE);
  });

  it('keeps a version under the pinned name', () => {
    using directory = new TempDirectory();
    mkdirSync(directory.join('versions'));
    const store = new VersionStore(directory.join('versions'));
    store.put(gfid(0x1_0000_00a7n), 0x0123_4567_89ab_cdefn, (fd) => writeFileSync(fd, 'content'));
    const file = directory.join('versions', 'a7', '00000001000000a7.0123456789abcdef');
    expect(readFileSync(file, 'utf8')).to.equal('content');
  });
});

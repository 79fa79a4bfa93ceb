import { parsePackId } from '../../../src/catalog/page-store.js';
import type { DatasetRecord } from '../../../src/endpoint/local/layout/dataset-record.js';
import { type LocalTree, parseLocalTreeId } from '../../../src/endpoint/local/layout/local-tree.js';
import {
  type Gfid,
  parseDatasetId,
  parseDigest,
  parseSystemGuid,
  parseTreeId,
} from '../../../src/model/ids.js';

/** One value of each record, with every field filled and bytes that are not UTF-8. */

const SYSTEM = parseSystemGuid('0123456789ABCDEF0123456789ABCDEF0123');
const OTHER_SYSTEM = parseSystemGuid('F'.repeat(36));

function root(digit: string, offset: number) {
  return {
    digest: parseDigest(digit.repeat(64)),
    locator: { pack: parsePackId(digit.repeat(32)), offset, length: 4096 },
    count: 3,
    height: 1,
  };
}

export const DATASET: DatasetRecord = {
  id: parseDatasetId('0123456789abcdef0123456789abcdef'),
  tree: parseTreeId('a'.repeat(32)),
  parents: [parseDatasetId('b'.repeat(32))],
  rootDigest: parseDigest('c'.repeat(64)),
  contentDigest: parseDigest('d'.repeat(64)),
  contentDigestState: 'partial',
  name: 'nightly "ä"',
  originSystem: SYSTEM,
  originBasePath: Buffer.from('/srv/data\xff', 'latin1'),
  createdAtMs: 1_700_000_000_123,
  entries: 3,
  bytes: (1n << 63n) + 1n,
  incarnations: [
    { incarnation: 1, system: SYSTEM },
    { incarnation: 0xff_ff_ff, system: OTHER_SYSTEM },
  ],
  excludes: ['*.tmp', '/cache/'],
  type: 'FILE',
  state: 'COMPLETE_PARTIAL',
  basePath: Buffer.from('/copy/data'),
  subpaths: [Buffer.from('a/b'), Buffer.from([0xfe])],
  provider: 'clone',
  scan: 'walk: it is the first dataset',
  maps: {
    entries: root('1', 32),
    inodes: root('2', 4128),
    links: null,
    content: root('3', 8224),
    side: root('4', 12_320),
    exceptions: root('5', 16_416),
  },
  warnings: [{ path: Buffer.from('mnt'), code: 'mount_point' }],
  committedAtMs: 1_700_000_100_456,
  retention: { periodSeconds: 86_400, reserve: 2 },
  expiresAtMs: 1_700_086_500_456,
  signature: { signedBy: 'e'.repeat(64), value: Buffer.from([0, 1, 2, 255]) },
  from: `spki:${'9'.repeat(64)}`,
  snapshotBase: Buffer.from('srv/data'),
};

export const TREE: LocalTree = {
  localTree: parseLocalTreeId('00112233445566ff'),
  tree: DATASET.tree,
  basePath: DATASET.basePath,
  role: 'received',
  owner: DATASET.from,
  released: false,
  head: DATASET.id,
  bindings: root('6', 20_512),
  inodeIndex: root('7', 24_608),
  incarnation: 0xff_ff_ff,
  nextCounter: 1_099_511_627_775,
  incarnations: DATASET.incarnations,
  base: { device: 66_307n, inode: (1n << 64n) - 1n, btimeNs: -1n },
  baseEntries: 3,
  previousProvider: 'live',
  watermark: { head: DATASET.id, subvolume: `5-${'7'.repeat(32)}`, transaction: (1n << 64n) - 1n },
  flip: { session: '8899aabbccddeeff' },
  capturing: parseDatasetId('f'.repeat(32)),
};

/** The same records with nothing in what may be empty. */
export const BARE_DATASET: DatasetRecord = {
  ...DATASET,
  parents: [],
  contentDigest: null,
  contentDigestState: 'none',
  name: '',
  bytes: 0n,
  incarnations: [],
  excludes: [],
  state: 'COMPLETE',
  subpaths: [],
  provider: 'snapshot',
  maps: { entries: null, inodes: null, links: null, content: null, side: null, exceptions: null },
  warnings: [],
  retention: { periodSeconds: null, reserve: 0 },
  expiresAtMs: null,
  signature: null,
  from: '',
  snapshotBase: null,
  scan: '',
};

export const BARE_TREE: LocalTree = {
  ...TREE,
  role: 'origin',
  owner: '',
  head: null,
  bindings: null,
  inodeIndex: null,
  incarnation: null,
  nextCounter: 1,
  incarnations: [],
  base: null,
  baseEntries: 0,
  previousProvider: null,
  watermark: null,
  flip: null,
  capturing: null,
};

export const gfid = (number: bigint): Gfid => number as Gfid;

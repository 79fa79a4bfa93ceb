import type { DatasetInfo } from '../../src/model/dataset.js';
import { parseDatasetId, parseDigest, parseSystemGuid, parseTreeId } from '../../src/model/ids.js';

const TREE = parseTreeId('11'.repeat(16));

/** A dataset as a place would show it, with what a test does not care about filled in. */
export function sampleDataset(number: number, change: Partial<DatasetInfo> = {}): DatasetInfo {
  const digits = number.toString(16).padStart(2, '0');
  return {
    id: parseDatasetId(digits.repeat(16)),
    tree: TREE,
    parents: [],
    rootDigest: parseDigest(digits.repeat(32)),
    contentDigest: null,
    contentDigestState: 'none',
    name: `dataset-${number}`,
    originSystem: parseSystemGuid('0A'.repeat(18)),
    originBasePath: Buffer.from('/data/source'),
    createdAtMs: 1_000 * number,
    entries: 100,
    bytes: 1_000n,
    incarnations: [],
    excludes: [],
    number,
    type: 'FILE',
    state: 'COMPLETE',
    basePath: Buffer.from('/data/source'),
    subpaths: [],
    provider: 'clone',
    snapshot: '',
    scan: '',
    committedAtMs: 1_000 * number,
    expiresAtMs: null,
    reserve: 0,
    signedBy: '',
    lockedBy: [],
    warnings: [],
    exceptions: 0,
    ...change,
  };
}

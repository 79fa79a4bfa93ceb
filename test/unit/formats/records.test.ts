import { expect } from 'chai';
import fc from 'fast-check';
import type { MapRoot } from '../../../src/catalog/map-root.js';
import { parsePackId } from '../../../src/catalog/page-store.js';
import {
  type DatasetRecord,
  parseDatasetRecord,
  serialiseDatasetRecord,
} from '../../../src/endpoint/local/layout/dataset-record.js';
import {
  type LocalTree,
  parseLocalTree,
  parseLocalTreeId,
  serialiseLocalTree,
} from '../../../src/endpoint/local/layout/local-tree.js';
import { DmError } from '../../../src/model/error.js';
import {
  parseDatasetId,
  parseDigest,
  parseSystemGuid,
  parseTreeId,
} from '../../../src/model/ids.js';
import { DATASET, TREE } from './format-values.js';

const hex = (digits: number) =>
  fc.uint8Array({ minLength: digits / 2, maxLength: digits / 2 }).map((bytes) => {
    return Buffer.from(bytes).toString('hex');
  });
const bytes = fc.uint8Array({ maxLength: 60 }).map((value) => Buffer.from(value));
const text = fc.string({ unit: 'binary', maxLength: 40 });
const whole = fc.oneof(fc.nat(), fc.maxSafeNat());
const big = fc.bigInt({ min: -(1n << 64n), max: 1n << 64n });
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 3 });

const datasetId = hex(32).map(parseDatasetId);
const digest = hex(64).map(parseDigest);
const system = hex(36).map(parseSystemGuid);
const provider = fc.constantFrom(
  'snapshot',
  'clone',
  'copy',
  'live',
  'none',
) satisfies fc.Arbitrary<DatasetRecord['provider']>;
const incarnations = fc.array(fc.record({ incarnation: whole, system }), { maxLength: 4 });
const root: fc.Arbitrary<MapRoot> = fc.record({
  digest,
  locator: fc.record({
    pack: hex(32).map(parsePackId),
    offset: whole,
    length: fc.integer({ min: 1, max: 0xffff_ffff }),
  }),
  count: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  height: fc.integer({ min: 1, max: 5 }),
});
const map = orNull(root);

const dataset: fc.Arbitrary<DatasetRecord> = fc.record({
  id: datasetId,
  tree: hex(32).map(parseTreeId),
  parents: fc.array(datasetId, { maxLength: 3 }),
  rootDigest: digest,
  contentDigest: orNull(digest),
  contentDigestState: fc.constantFrom('none', 'partial', 'full'),
  name: text,
  originSystem: system,
  originBasePath: bytes,
  createdAtMs: whole,
  entries: whole,
  bytes: big,
  incarnations,
  excludes: fc.array(text, { maxLength: 3 }),
  type: fc.constantFrom('FILE', 'FILE_ON_OBJECT_COPY', 'FILE_ON_OBJECT_BACKUP'),
  state: fc.constantFrom('INPROGRESS', 'COMPLETE', 'COMPLETE_PARTIAL', 'ERROR'),
  basePath: bytes,
  subpaths: fc.array(bytes, { maxLength: 3 }),
  provider,
  maps: fc.record({
    entries: map,
    inodes: map,
    links: map,
    content: map,
    side: map,
    exceptions: map,
  }),
  warnings: fc.array(fc.record({ path: bytes, code: text }), { maxLength: 3 }),
  committedAtMs: whole,
  retention: fc.record({ periodSeconds: orNull(whole), reserve: whole }),
  expiresAtMs: orNull(whole),
  signature: orNull(fc.record({ signedBy: text, value: bytes })),
  from: text,
  snapshotBase: orNull(bytes),
  scan: fc.string(),
});

const tree: fc.Arbitrary<LocalTree> = fc.record({
  localTree: hex(16).map(parseLocalTreeId),
  tree: hex(32).map(parseTreeId),
  basePath: bytes,
  role: fc.constantFrom('origin', 'received'),
  owner: text,
  released: fc.boolean(),
  head: orNull(datasetId),
  bindings: map,
  inodeIndex: map,
  incarnation: orNull(fc.integer({ min: 1, max: 0xff_ff_ff })),
  nextCounter: fc.integer({ min: 1, max: 2 ** 40 }),
  incarnations,
  base: orNull(fc.record({ device: big, inode: big, btimeNs: big })),
  baseEntries: whole,
  previousProvider: orNull(provider),
  watermark: orNull(fc.record({ head: datasetId, subvolume: text, transaction: big })),
  flip: orNull(fc.record({ session: text })),
  capturing: orNull(datasetId),
});

/** Values of every kind that JSON has, near to and far from what a field wants. */
const ODD_VALUES = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  2 ** 53,
  '',
  '0',
  '-0',
  'x',
  '=',
  'AAA',
  'g'.repeat(32),
  '\u0000',
  [],
  {},
  [null],
  [[]],
  [{}],
  { a: 1 },
  { digest: 1, locator: null },
  { locator: {} },
];

interface Damage {
  readonly position: number;
  readonly value: unknown;
}
const damage: fc.Arbitrary<Damage> = fc.record({
  position: fc.nat({ max: 10_000 }),
  value: fc.constantFrom<unknown[]>(undefined, ...ODD_VALUES),
});

type Holder = Record<string, unknown>;

/** Every place of a JSON value that holds another one. */
function* places(value: unknown): Generator<{ holder: Holder; key: string }> {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Holder;
  for (const key of Object.keys(holder)) {
    yield { holder, key };
    yield* places(holder[key]);
  }
}

/** The text with one value replaced, or left out where the new one is undefined. */
function withOddValue(json: string, { position, value }: Damage): string {
  const whole: unknown = JSON.parse(json);
  const all = [...places(whole)];
  const place = all[position % all.length];
  if (place !== undefined) place.holder[place.key] = value;
  return JSON.stringify(whole);
}

function withOddByte(json: string, position: number, byte: number): string {
  const damaged = Buffer.from(json);
  damaged[position % damaged.length] = byte;
  return damaged.toString('utf8');
}

/** False when the parser refuses; whatever it throws that is no DmError comes out. */
function parseOrRefuse(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof DmError) return false;
    throw error;
  }
}

const PARSERS = [
  {
    name: 'dataset record',
    json: serialiseDatasetRecord(DATASET),
    parse: (json: string) => parseDatasetRecord(json, 'record'),
  },
  {
    name: 'tree record',
    json: serialiseLocalTree(TREE),
    parse: (json: string) => parseLocalTree(json, 'record'),
  },
];

describe('records on disk', () => {
  it('gives back every dataset record', () => {
    fc.assert(
      fc.property(dataset, (record) => {
        const json = serialiseDatasetRecord(record);
        expect(parseDatasetRecord(json, 'record')).to.deep.equal(record);
        expect(serialiseDatasetRecord(parseDatasetRecord(json, 'record'))).to.equal(json);
      }),
    );
  });

  it('gives back every tree record', () => {
    fc.assert(
      fc.property(tree, (record) => {
        expect(parseLocalTree(serialiseLocalTree(record), 'record')).to.deep.equal(record);
      }),
    );
  });

  for (const { name, json, parse } of PARSERS) {
    it(`refuses a damaged ${name} as such, whatever is in place of a value`, () => {
      let refused = 0;
      fc.assert(
        fc.property(damage, (one) => {
          if (!parseOrRefuse(() => parse(withOddValue(json, one)))) refused++;
        }),
        { numRuns: 1_000 },
      );
      expect(refused).to.be.above(500);
    });

    it(`refuses a ${name} with a damaged byte, or reads it`, () => {
      let refused = 0;
      const byte = fc.integer({ min: 0, max: 255 });
      fc.assert(
        fc.property(fc.nat({ max: 100_000 }), byte, (position, value) => {
          const damaged = withOddByte(json, position, value);
          if (!parseOrRefuse(() => parse(damaged))) refused++;
        }),
        { numRuns: 1_000 },
      );
      expect(refused).to.be.above(200);
    });

    it(`refuses a ${name} that was cut off`, () => {
      for (let length = 0; length < json.length; length += 7) {
        expect(
          parseOrRefuse(() => parse(json.slice(0, length))),
          `${length}`,
        ).to.equal(false);
      }
    });
  }
});

import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_PAYLOAD_BYTES } from '../../../src/endpoint/change-payload.js';
import type { Ack, ChangeBatch } from '../../../src/endpoint/change-stream.js';
import type { Offer } from '../../../src/endpoint/target.js';
import type { DatasetInfo } from '../../../src/model/dataset.js';
import { DmError } from '../../../src/model/error.js';
import { parseDatasetId, parseGfid } from '../../../src/model/ids.js';
import { detailsFromWire, entryFromWire } from '../../../src/rpc/codec/browse-codec.js';
import { datasetFromWire, datasetToWire } from '../../../src/rpc/codec/dataset-codec.js';
import { changesFromWire } from '../../../src/rpc/codec/source-codec.js';
import {
  ackFromWire,
  ackToWire,
  batchFromWire,
  batchToWire,
  failuresFromWire,
} from '../../../src/rpc/codec/stream-codec.js';
import { offerFromWire, offerToWire } from '../../../src/rpc/codec/target-codec.js';
import { absolutePath, entryName, relativePath } from '../../../src/rpc/codec/wire-path.js';
import { peerDefinition } from '../../../src/rpc/proto.js';
import { sampleDataset } from '../../support/datasets.js';
import { offerOf } from './synthetic-place.js';

const { Begin, Changes, Details, GetDataset, ListDirectory, Write } = peerDefinition();
const RUNS = { numRuns: 200 };

const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value));
const gfid = fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }).map(parseGfid);
const name = fc
  .uint8Array({ minLength: 1, maxLength: 20, min: 48 })
  .map((value) => Buffer.from(value));
const relative = fc
  .array(name, { maxLength: 4 })
  .map((names) => Buffer.concat(names.flatMap((n, i) => (i > 0 ? [Buffer.from('/'), n] : [n]))));

describe('messages of the peer protocol', () => {
  it('carry every batch', () => {
    const batch: fc.Arbitrary<ChangeBatch> = fc.record({
      phase: fc.constantFrom('structure', 'content', 'end'),
      lane: fc.nat({ max: 15 }),
      token: bytes,
      payload: bytes,
      files: fc.nat({ max: 1_000 }),
      bytes: fc.maxSafeNat(),
      changedBytes: fc.maxSafeNat(),
      readBytes: fc.maxSafeNat(),
    });
    const compressed = fc
      .tuple(batch, fc.integer({ min: 1, max: MAX_PAYLOAD_BYTES }))
      .map(([plain, rawBytes]) => ({ ...plain, rawBytes }));
    fc.assert(
      fc.property(fc.oneof(batch, compressed), (value) => {
        const wire = Write.requestSerialize({ batch: batchToWire(value) });
        const message = Write.requestDeserialize(wire).batch;
        expect(message && batchFromWire(message, true)).to.deep.equal(value);
      }),
      RUNS,
    );
  });

  it('carry every ack', () => {
    const ack: fc.Arbitrary<Ack> = fc
      .record({
        lane: fc.nat({ max: 15 }),
        applied: bytes,
        durable: fc.option(
          bytes.filter((token) => token.length > 0),
          { nil: undefined },
        ),
        needs: fc.array(gfid, { maxLength: 5 }),
        failures: fc.array(
          fc.record({ gfid, path: relative, code: fc.constant('io_error'), message: fc.string() }),
          { maxLength: 3 },
        ),
      })
      .map(({ durable, ...rest }) => ({ ...rest, ...(durable && { durable }) }))
      .filter(({ failures }) => failures.every(({ message }) => !message.includes('\0')));
    fc.assert(
      fc.property(ack, (value) => {
        const wire = Write.responseSerialize(ackToWire(value, 7));
        expect(ackFromWire(Write.responseDeserialize(wire))).to.deep.equal(value);
      }),
      RUNS,
    );
  });

  it('carry datasets and offers with all their fields', () => {
    const dataset: DatasetInfo = sampleDataset(7, {
      parents: [parseDatasetId('ab'.repeat(16))],
      contentDigest: sampleDataset(9).rootDigest,
      contentDigestState: 'full',
      name: 'größer',
      bytes: (1n << 63n) + 1n,
      incarnations: [{ incarnation: 0xffffff, system: sampleDataset(1).originSystem }],
      excludes: ['*.tmp'],
      state: 'COMPLETE_PARTIAL',
      basePath: Buffer.from([0x2f, 0xff, 0x0a]),
      subpaths: [Buffer.from('a/b')],
      expiresAtMs: 2 ** 52,
      lockedBy: ['policy 3'],
      warnings: [{ path: Buffer.from('mnt'), code: 'mount_point' }],
      exceptions: 3,
    });
    const wire = GetDataset.responseSerialize(datasetToWire(dataset));
    expect(datasetFromWire(GetDataset.responseDeserialize(wire))).to.deep.equal(dataset);
    const { id, rootDigest } = dataset;
    const full = { base: { id, rootDigest }, maxDelete: 0, adopt: true, lanes: 16 };
    for (const change of [{}, full]) {
      const offer: Offer = { ...offerOf(dataset), ...change };
      const sent = Begin.requestDeserialize(Begin.requestSerialize(offerToWire(offer)));
      const received = offerFromWire(sent, 'spki:the-caller');
      expect({ ...received, dataset: null }).to.deep.equal({
        ...offer,
        dataset: null,
        owner: 'spki:the-caller',
      });
      expect(received.dataset.rootDigest).to.equal(rootDigest);
    }
  });

  it('are refused as protocol_error when they make no sense, and never crash the reader', () => {
    const readers: ((wire: Buffer) => unknown)[] = [
      (wire) => datasetFromWire(GetDataset.responseDeserialize(wire)),
      (wire) => offerFromWire(Begin.requestDeserialize(wire), 'x'),
      (wire) => changesFromWire(Changes.requestDeserialize(wire)),
      (wire) => {
        const { batch } = Write.requestDeserialize(wire);
        return batch && batchFromWire(batch, true);
      },
      (wire) => ackFromWire(Write.responseDeserialize(wire)),
      (wire) => detailsFromWire(Details.responseDeserialize(wire)),
      (wire) => ListDirectory.responseDeserialize(wire).entries.map(entryFromWire),
    ];
    const seeds = [
      GetDataset.responseSerialize(datasetToWire(sampleDataset(1))),
      Begin.requestSerialize(offerToWire(offerOf())),
      Write.responseSerialize({ needs: ['1'], failures: [{ gfid: '2', path: Buffer.from('p') }] }),
    ];
    const damaged = fc
      .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }))))
      .map(([seed, changes]) => {
        const wire = Buffer.from(seed);
        for (const [at, value] of changes) wire[at % wire.length] = value;
        return wire;
      });
    const message = fc.oneof(
      damaged,
      fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value)),
    );
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...readers), message, (read, wire) => {
        try {
          read(wire);
        } catch (error) {
          // What is no protobuf at all is refused by grpc-js itself.
          if (!(error instanceof DmError)) return parserRefused(error);
          refused++;
          expect(error.code).to.equal('protocol_error');
        }
      }),
      { numRuns: 3_000 },
    );
    expect(refused).to.be.greaterThan(100);
  });

  it('have paths that stay where they belong', () => {
    const bad = [
      '',
      '/',
      '//',
      'a//b',
      '.',
      '..',
      'a/..',
      'a/./b',
      '/a/',
      'a\0b',
      'x'.repeat(70_000),
    ];
    for (const path of bad) {
      if (path !== '') expect(() => relativePath(Buffer.from(path), 'p'), path).to.throw(DmError);
      expect(() => entryName(Buffer.from(path), 'p'), path).to.throw(DmError);
      expect(() => absolutePath(Buffer.from(`/x/${path}`), 'p'), path).to.throw(DmError);
    }
    for (const path of ['...', 'a.b', '..a', 'a..', '\\', 'a\nb', '\u00ff', '.datamover']) {
      const value = Buffer.from(path, 'latin1');
      expect(entryName(value, 'p')).to.equal(value);
      expect(relativePath(value, 'p')).to.equal(value);
    }
    const roots = ['/', '/data', '/data/..x/y'];
    for (const path of roots) {
      const value = Buffer.from(path);
      expect(absolutePath(value, 'p')).to.equal(value);
    }
  });

  it('have failures below the base path only', () => {
    const failure = { gfid: '5', path: Buffer.from('../x'), code: 'c', message: 'm' };
    expect(() => failuresFromWire([failure])).to.throw(DmError);
  });
});

function parserRefused(error: unknown): void {
  expect(error).to.be.instanceOf(Error);
  expect(String(error)).to.match(
    /index out of range|invalid wire type|invalid end group|UTF|tag|Long|depth|illegal/i,
  );
}

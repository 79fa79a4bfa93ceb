import { expect } from 'chai';
import fc from 'fast-check';
import { PayloadReader, type PayloadRecord } from '../../../../src/endpoint/change-payload.js';
import { PayloadWriter } from '../../../../src/endpoint/payload-writer.js';
import { DmError } from '../../../../src/model/error.js';
import type { Gfid } from '../../../../src/model/ids.js';

const U64 = (1n << 64n) - 1n;
const u64 = fc.oneof(fc.bigInt(0n, U64), fc.bigInt(0n, 300n));
const gfid = fc.bigInt(1n, U64).map((value) => value as Gfid);
const bytes = fc.uint8Array({ maxLength: 300 });
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
const size = fc.oneof(fc.nat(), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
const contentName = fc.record({ gfid, version: u64 });

const record: fc.Arbitrary<PayloadRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('map' as const),
    map: fc.constantFrom('entries' as const, 'inodes' as const, 'links' as const, 'side' as const),
  }),
  fc.record({ kind: fc.constant('put' as const), key: bytes, value: bytes }),
  fc.record({ kind: fc.constant('delete' as const), key: bytes }),
  fc.record({
    kind: fc.constant('file' as const),
    gfid,
    version: u64,
    size: u64,
    basis: fc.option(contentName),
    continued: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('data' as const), offset: u64, bytes }),
  fc.record({ kind: fc.constant('hole' as const), offset: u64, length: u64 }),
  fc.record({
    kind: fc.constant('leaves' as const),
    first: size,
    digests: fc.array(fc.option(digest), { maxLength: 10 }),
  }),
  fc.constant({ kind: 'end' as const }),
  fc.record({
    kind: fc.constant('failure' as const),
    gfid,
    code: fc.string(),
    message: fc.string({ unit: 'binary' }),
  }),
);

function write(writer: PayloadWriter, value: PayloadRecord): void {
  switch (value.kind) {
    case 'map':
      writer.map(value.map);
      break;
    case 'put':
      writer.put(value.key, value.value);
      break;
    case 'delete':
      writer.delete(value.key);
      break;
    case 'file':
      writer.file(value);
      break;
    case 'data':
      writer.data(value.offset, value.bytes.length).set(value.bytes);
      break;
    case 'hole':
      writer.hole(value.offset, value.length);
      break;
    case 'leaves':
      writer.leaves(value.first, value.digests);
      break;
    case 'end':
      writer.end();
      break;
    case 'failure':
      writer.failure(value.gfid, value.code, value.message);
  }
}

/** Fields in one order and bytes as hex, so that equal records give equal text. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, part]) => [name, plain(part)] as const);
  return Object.fromEntries(fields.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function* recordsOf(payload: Uint8Array): Generator<PayloadRecord> {
  const reader = new PayloadReader(payload);
  for (let next = reader.next(); next !== null; next = reader.next()) yield next;
}

describe('change payload', () => {
  it('gives back every record that was written', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), fc.nat({ max: 64 }), (records, capacity) => {
        const writer = new PayloadWriter(capacity);
        for (const value of records) write(writer, value);
        expect([...recordsOf(writer.take())].map(plain)).to.deep.equal(records.map(plain));
        expect(writer.length).to.equal(0);
      }),
    );
  });

  it('answers mutated or cut bytes with protocol_error and nothing else', () => {
    const mutation = fc.record({ at: fc.nat(), value: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 10 }),
        fc.array(mutation, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        (records, mutations, cut) => {
          const writer = new PayloadWriter();
          for (const value of records) write(writer, value);
          const whole = writer.take();
          for (const { at, value } of mutations) whole[at % whole.length] = value;
          const payload = whole.subarray(0, cut % 2 === 0 ? whole.length : cut % whole.length);
          try {
            for (const value of recordsOf(payload)) expect(value.kind).to.be.a('string');
          } catch (error) {
            expect(error).to.be.instanceOf(DmError);
            expect((error as DmError).code).to.equal('protocol_error');
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('forgets what was written since a mark', () => {
    const writer = new PayloadWriter();
    writer.end();
    const mark = writer.mark();
    writer.hole(1n, 2n);
    writer.rewind(mark);
    expect([...recordsOf(writer.take())]).to.deep.equal([{ kind: 'end' }]);
  });
});

import { expect } from 'chai';
import {
  BATCH_BYTES,
  LEAF_BYTES,
  MAX_PAYLOAD_BYTES,
  PayloadReader,
} from '../../../src/endpoint/change-payload.js';
import { decodeToken, encodeToken } from '../../../src/endpoint/changes/change-token.js';
import { PayloadWriter } from '../../../src/endpoint/payload-writer.js';
import { laneOf } from '../../../src/endpoint/receive/lane.js';
import { DmError } from '../../../src/model/error.js';
import { MAX_MESSAGE_BYTES, PROTOCOL_MAX, PROTOCOL_MIN } from '../../../src/rpc/protocol.js';
import { gfid } from './format-values.js';

/*
 * What is said between agents of different releases. When a test here fails, such agents no longer
 * understand each other: raise the protocol (docs/formats.md), or undo the change.
 */

const DIGEST = Buffer.alloc(32, 0xab);
const FILE = gfid(0x0000_0100_0000_0002n);

/** Every kind of record, in the order of a stream. */
function written(): Uint8Array {
  const writer = new PayloadWriter();
  writer.map('entries');
  writer.put(Buffer.from('key'), Buffer.alloc(130, 0x76));
  writer.map('inodes');
  writer.delete(Buffer.from([0, 0xff]));
  writer.map('links');
  writer.map('side');
  writer.file({
    gfid: FILE,
    version: 0x0123_4567_89ab_cdefn,
    size: 300n,
    basis: null,
    continued: false,
  });
  Buffer.from('bytes').copy(writer.data(0n, 5));
  writer.hole(5n, 1n << 53n);
  writer.leaves(70_000, [DIGEST, null]);
  writer.end();
  writer.file({
    gfid: FILE,
    version: (1n << 64n) - 1n,
    size: (1n << 64n) - 1n,
    basis: { gfid: gfid(7n), version: 8n },
    continued: true,
  });
  writer.failure(gfid(9n), 'unreadable', 'nö');
  return writer.take();
}

const PAYLOAD = [
  '0101',
  `02036b65798201${'76'.repeat(130)}`,
  '0102',
  '030200ff',
  '0103',
  '0104',
  '100000000100000000020123456789abcdefac02',
  '1100056279746573',
  '12058080808080808010',
  `13f0a2040201${'ab'.repeat(32)}00`,
  '14',
  '10030000010000000002ffffffffffffffffffffffffffffffffff0100000000000000070000000000000008',
  '1500000000000000090a756e7265616461626c65036ec3b6',
].join('');

describe('format of the change stream', () => {
  it('writes a payload byte for byte as pinned', () => {
    expect(Buffer.from(written()).toString('hex')).to.equal(PAYLOAD);
  });

  it('reads the pinned payload back', () => {
    const reader = new PayloadReader(Buffer.from(PAYLOAD, 'hex'));
    const kinds: string[] = [];
    for (let record = reader.next(); record !== null; record = reader.next()) {
      kinds.push(record.kind);
    }
    expect(kinds.join(' ')).to.equal(
      'map put map delete map map file data hole leaves end file failure',
    );
  });

  it('writes a token byte for byte as pinned', () => {
    const inside = encodeToken(16, { gfid: FILE, offset: 3 * LEAF_BYTES });
    const behind = encodeToken(1, { gfid: FILE, offset: null });
    expect(Buffer.from(inside).toString('hex')).to.equal('011000000100000000020000000000030000');
    expect(Buffer.from(behind).toString('hex')).to.equal('01010000010000000002ffffffffffffffff');
    expect(decodeToken(inside, 16)).to.deep.equal({ gfid: FILE, offset: 3 * LEAF_BYTES });
    expect(decodeToken(behind, 1)).to.deep.equal({ gfid: FILE, offset: null });
  });

  it('refuses tokens of another format, length or number of lanes', () => {
    const token = encodeToken(2, { gfid: FILE, offset: 0 });
    const newer = Uint8Array.from(token);
    newer[0] = 2;
    const refused: [Uint8Array, number][] = [
      [newer, 2],
      [token, 3],
      [token.subarray(1), 2],
      [new Uint8Array(0), 2],
    ];
    for (const [bytes, lanes] of refused) {
      expect(() => decodeToken(bytes, lanes))
        .to.throw(DmError)
        .with.property('code', 'protocol_error');
    }
  });

  it('puts a file into the pinned lane', () => {
    const lanes = [1n, 63n, 64n, 128n, 0xffff_ffff_ffff_ffffn, 0x0012_3456_789a_bcden].map(
      (number) => {
        const key = Buffer.alloc(8);
        key.writeBigUInt64BE(number);
        expect(laneOf(key, 16)).to.equal(Number((number >> 6n) % 16n));
        return laneOf(key, 3);
      },
    );
    expect(lanes).to.deep.equal([0, 0, 1, 2, 0, 0]);
  });

  it('speaks the pinned protocols and accepts the pinned sizes', () => {
    const numbers = { LEAF_BYTES, BATCH_BYTES, MAX_PAYLOAD_BYTES, MAX_MESSAGE_BYTES };
    expect({ PROTOCOL_MIN, PROTOCOL_MAX }).to.deep.equal({ PROTOCOL_MIN: 1, PROTOCOL_MAX: 2 });
    expect(numbers).to.deep.equal({
      LEAF_BYTES: 65_536,
      BATCH_BYTES: 1_048_576,
      MAX_PAYLOAD_BYTES: 2_097_152,
      MAX_MESSAGE_BYTES: 3_145_728,
    });
  });
});

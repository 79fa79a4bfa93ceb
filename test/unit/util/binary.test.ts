import { expect } from 'chai';
import fc from 'fast-check';
import { BinaryReader, BinaryWriter } from '../../../src/util/binary.js';
import { afterPrefix, compareBytes, equalBytes } from '../../../src/util/bytes.js';

const fail = (reason: string) => new SyntaxError(reason);

describe('binary', () => {
  it('varints of every length come back, and BigInt and number forms are the same', () => {
    const numbers = fc.oneof(
      fc.maxSafeNat(),
      fc.nat({ max: 54 }).map((bits) => Math.min(2 ** bits, Number.MAX_SAFE_INTEGER)),
      fc.nat({ max: 53 }).map((bits) => 2 ** bits - 1),
    );
    fc.assert(
      fc.property(numbers, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (number, big) => {
        const writer = new BinaryWriter(1);
        const bytes = writer.varint(number).bigVarint(BigInt(number)).bigVarint(big).take();
        const reader = new BinaryReader(bytes, fail);
        expect(reader.varint()).to.equal(number);
        expect(reader.bigVarint()).to.equal(BigInt(number));
        expect(reader.bigVarint()).to.equal(big);
        reader.end();
      }),
      { numRuns: 500 },
    );
  });

  it('refuses numbers that are cut, too large or longer than need be', () => {
    for (const bytes of [[], [0x80], [0x80, 0], [0x81, 0x80, 0x00], Array(11).fill(0xff)]) {
      expect(() => new BinaryReader(Uint8Array.from(bytes), fail).varint()).to.throw(SyntaxError);
      expect(() => new BinaryReader(Uint8Array.from(bytes), fail).bigVarint()).to.throw(
        SyntaxError,
      );
    }
    const beyond = new BinaryWriter().bigVarint(1n << 53n).take();
    expect(() => new BinaryReader(beyond, fail).varint()).to.throw(SyntaxError);
    expect(() => new BinaryWriter().varint(-1)).to.throw(RangeError);
    expect(() => new BinaryWriter().bigVarint(1n << 64n)).to.throw(RangeError);
  });

  it('numbers of 64 bits are written as Buffer writes them, come back, and are refused beyond', () => {
    const unsigned = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    const signed = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
    fc.assert(
      fc.property(unsigned, signed, (u64, i64) => {
        const bytes = new BinaryWriter(1).u8(7).u64(u64).i64(i64).take();
        const expected = Buffer.alloc(17, 7);
        expected.writeBigUInt64BE(u64, 1);
        expected.writeBigInt64BE(i64, 9);
        expect(bytes).to.deep.equal(expected);
        const reader = new BinaryReader(bytes, fail, 1);
        expect(reader.u64()).to.equal(u64);
        expect(reader.i64()).to.equal(i64);
        expect(() => reader.u64()).to.throw(SyntaxError);
      }),
    );
    expect(() => new BinaryWriter().u64(-1n)).to.throw(RangeError);
    expect(() => new BinaryWriter().u64(1n << 64n)).to.throw(RangeError);
    expect(() => new BinaryWriter().i64(1n << 63n)).to.throw(RangeError);
    expect(() => new BinaryWriter().i64(-(1n << 63n) - 1n)).to.throw(RangeError);
  });

  it('a prefix ends where the next byte string begins', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 4 }),
        fc.uint8Array({ maxLength: 6 }),
        (prefix, key) => {
          const end = afterPrefix(prefix);
          const inside =
            compareBytes(key, prefix) >= 0 && (end === null || compareBytes(key, end) < 0);
          expect(inside).to.equal(equalBytes(key.subarray(0, prefix.length), prefix));
        },
      ),
    );
    expect(afterPrefix(Buffer.of(1, 0xff))).to.deep.equal(Buffer.of(2));
    expect(afterPrefix(Buffer.of(0xff, 0xff))).to.equal(null);
  });
});

import { DmError } from '../../model/error.js';
import type { Gfid } from '../../model/ids.js';
import { type BinaryReader, BinaryWriter, writeU64 } from '../../util/binary.js';

const I64_MIN = -(1n << 63n);
const I64_MAX = (1n << 63n) - 1n;

const scratch = new BinaryWriter(4096);

/** The writer shared by all encoders, empty. Each takes its bytes out before it returns. */
export function freshWriter(): BinaryWriter {
  scratch.clear();
  return scratch;
}

/** The error for a key or a value of `map` that does not parse. */
export function corruptRecord(map: string): (reason: string) => DmError {
  return (reason) =>
    new DmError(
      'corrupt',
      `record in map ${map}: ${reason}; fetch the dataset again or restore it`,
    );
}

/**
 * Nanoseconds since 1970 as an i64. Times beyond the years 1677 and 2262, which some file systems
 * can hold, are written as the lowest i64 followed by sixteen bytes of two's complement.
 */
export function writeTime(writer: BinaryWriter, ns: bigint): void {
  if (ns > I64_MIN && ns <= I64_MAX) {
    writer.i64(ns);
    return;
  }
  if (BigInt.asIntN(128, ns) !== ns) {
    throw new DmError('invalid_argument', `time ${ns} ns does not fit 128 bits`);
  }
  writer
    .i64(I64_MIN)
    .i64(ns >> 64n)
    .u64(BigInt.asUintN(64, ns));
}

export function readTime(reader: BinaryReader): bigint {
  const short = reader.i64();
  return short === I64_MIN ? (reader.i64() << 64n) | reader.u64() : short;
}

/** The key of every map that is ordered by gfid (or, in inode-index, by inode number). */
export function encodeId(id: bigint): Buffer {
  const key = Buffer.allocUnsafe(8);
  writeU64(key, 0, id);
  return key;
}

export function readGfid(reader: BinaryReader, fail: (reason: string) => DmError): Gfid {
  const value = reader.u64();
  if (value === 0n) throw fail('file id 0');
  return value as Gfid;
}

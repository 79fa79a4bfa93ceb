import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import { BinaryReader, BinaryWriter } from '../../../util/binary.js';

/** A directory as a walk read it, in the order of the walk: parents before children. */
export interface DirectoryRecord {
  /** 0 for the base. */
  readonly depth: number;
  readonly gfid: Gfid;
  readonly isNew: boolean;
  readonly read: number;
  readonly ino: bigint;
  readonly ctimeNs: bigint;
  /** Sum of the gfids that the previous catalog has here and the read did not find, modulo 2^64. */
  readonly removedSum: bigint;
}

const writer = new BinaryWriter(64);
const fail = (reason: string) => new DmError('internal', `directory list: ${reason}`);

export function encodeDirectory(record: DirectoryRecord): Buffer {
  return writer
    .u32(record.depth)
    .u64(record.gfid)
    .u8(record.isNew ? 1 : 0)
    .u32(record.read)
    .u64(record.ino)
    .u64(BigInt.asUintN(64, record.ctimeNs))
    .u64(record.removedSum)
    .take();
}

export function decodeDirectory(value: Uint8Array): DirectoryRecord {
  const reader = new BinaryReader(value, fail);
  return {
    depth: reader.u32(),
    gfid: reader.u64() as Gfid,
    isNew: reader.u8() === 1,
    read: reader.u32(),
    ino: reader.u64(),
    ctimeNs: BigInt.asIntN(64, reader.u64()),
    removedSum: reader.u64(),
  };
}

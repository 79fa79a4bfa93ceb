import type { SideTimes } from '../../model/inode.js';
import { BinaryReader } from '../../util/binary.js';
import { corruptRecord, freshWriter, readTime, writeTime } from './codec.js';

const fail = corruptRecord('side');

/** Value of the map side: atime, then ctime. */
export function encodeSide(times: SideTimes): Buffer {
  const writer = freshWriter();
  writeTime(writer, times.atimeNs);
  writeTime(writer, times.ctimeNs);
  return writer.take();
}

export function decodeSide(value: Uint8Array): SideTimes {
  const reader = new BinaryReader(value, fail);
  const atimeNs = readTime(reader);
  const ctimeNs = readTime(reader);
  reader.end();
  return { atimeNs, ctimeNs };
}

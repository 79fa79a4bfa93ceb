import { BinaryReader } from '../../util/binary.js';
import { corruptRecord, freshWriter, readTime, writeTime } from './codec.js';

/** Which inode of this host holds a gfid, and what it looked like then. Never leaves the host. */
export interface Binding {
  readonly ino: bigint;
  readonly btimeNs: bigint;
  readonly generation: number;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** Content version (model/inode.ts) that the file held. */
  readonly version: bigint;
}

const fail = corruptRecord('bindings');

/** Where the fields of an encoded binding lie; its times are i64 unless they are far away. */
export const BINDING_AT = { ino: 0, size: 12, btimeNs: 28, mtimeNs: 36, ctimeNs: 44 } as const;
export const BINDING_BYTES = 52;

export function encodeBinding(binding: Binding): Buffer {
  const writer = freshWriter();
  writer.u64(binding.ino).u32(binding.generation).u64(binding.size).u64(binding.version);
  writeTime(writer, binding.btimeNs);
  writeTime(writer, binding.mtimeNs);
  writeTime(writer, binding.ctimeNs);
  return writer.take();
}

export function decodeBinding(value: Uint8Array): Binding {
  const reader = new BinaryReader(value, fail);
  const binding = {
    ino: reader.u64(),
    generation: reader.u32(),
    size: reader.u64(),
    version: reader.u64(),
    btimeNs: readTime(reader),
    mtimeNs: readTime(reader),
    ctimeNs: readTime(reader),
  };
  reader.end();
  return binding;
}

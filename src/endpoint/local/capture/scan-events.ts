import { type Binding, decodeBinding, encodeBinding } from '../../../catalog/maps/bindings.js';
import { decodeInode, encodeInode } from '../../../catalog/maps/inodes.js';
import { decodeSide, encodeSide } from '../../../catalog/maps/side.js';
import { DmError } from '../../../model/error.js';
import { type Gfid, parseGfid } from '../../../model/ids.js';
import type { Inode, SideTimes } from '../../../model/inode.js';
import { BinaryReader, BinaryWriter } from '../../../util/binary.js';

/**
 * What a walk notes about a gfid, sorted by gfid afterwards so that everything about one inode is seen
 * together. Key: gfid u64, kind u8 and, for names, parent u64 and the name's bytes.
 */
export const EVENT = {
  /** The inode as it is now; only for new and changed ones. */
  observed: 0,
  /** A name that the previous catalog does not have for this gfid. */
  added: 1,
  /** A name of the previous catalog that is gone or now names another gfid. */
  removed: 2,
  /** Could not be read. */
  failed: 3,
  /** A name to keep if no other is left: its new owner could not be captured. */
  fallback: 4,
} as const;

/** Number of a read of a directory that is valid whatever is read later. */
export const ALWAYS = 0xffffffff;

export interface Observation {
  readonly binding: Binding;
  readonly side: SideTimes;
  /** Names of the inode in the whole file system. */
  readonly nlink: number;
  /** Without its names. */
  readonly inode: Inode;
}

export interface NameEvent {
  readonly parent: Gfid;
  readonly name: Uint8Array;
  /** Which read of the parent saw it; see DirectoryReads. */
  readonly read: number;
  /** Removed only: the name now belongs to another gfid. */
  readonly replaced: boolean;
  /** Added only: it is the name of a directory. */
  readonly directory: boolean;
}

export interface Failure {
  /** Directory that was read when it failed, and which read. */
  readonly parent: Gfid;
  readonly read: number;
  readonly code: string;
  readonly path: Uint8Array;
  readonly message: string;
}

const REPLACED = 1;
const DIRECTORY = 2;
const writer = new BinaryWriter(4096);
const fail = (reason: string) => new DmError('internal', `scan event: ${reason}`);

export function eventKey(gfid: Gfid, kind: number): Buffer {
  return writer.u64(gfid).u8(kind).take();
}

export function nameEventKey(gfid: Gfid, kind: number, parent: Gfid, name: Uint8Array): Buffer {
  return writer.u64(gfid).u8(kind).u64(parent).bytes(name).take();
}

export function encodeObservation(observation: Observation): Buffer {
  const binding = encodeBinding(observation.binding);
  const side = encodeSide(observation.side);
  const inode = encodeInode(observation.inode);
  return writer
    .varint(observation.nlink)
    .lengthAndBytes(binding)
    .lengthAndBytes(side)
    .bytes(inode)
    .take();
}

export function decodeObservation(value: Uint8Array): Observation {
  const reader = new BinaryReader(value, fail);
  const nlink = reader.varint();
  const binding = decodeBinding(reader.lengthAndBytes());
  const side = decodeSide(reader.lengthAndBytes());
  return { nlink, binding, side, inode: decodeInode(reader.bytes(reader.remaining)) };
}

export function encodeNameEvent({
  read,
  replaced,
  directory,
}: Pick<NameEvent, 'read' | 'replaced' | 'directory'>): Buffer {
  return writer
    .u32(read)
    .u8((replaced ? REPLACED : 0) | (directory ? DIRECTORY : 0))
    .take();
}

export function encodeFailure(failure: Failure): Buffer {
  return writer
    .u64(failure.parent)
    .u32(failure.read)
    .text(failure.code)
    .lengthAndBytes(failure.path)
    .text(failure.message)
    .take();
}

export function decodeFailure(value: Uint8Array): Failure {
  const reader = new BinaryReader(value, fail);
  const parent = parseGfid(reader.u64());
  const read = reader.u32();
  const code = reader.text();
  const path = reader.lengthAndBytes();
  return { parent, read, code, path, message: reader.text() };
}

export interface EventKey {
  readonly gfid: Gfid;
  readonly kind: number;
  /** What follows: parent and name. */
  readonly rest: Buffer;
}

export function decodeEventKey(key: Uint8Array): EventKey {
  const reader = new BinaryReader(key, fail);
  const gfid = reader.u64() as Gfid;
  const kind = reader.u8();
  return { gfid, kind, rest: reader.bytes(reader.remaining) };
}

export function decodeNameEvent(rest: Buffer, value: Uint8Array): NameEvent {
  const reader = new BinaryReader(value, fail);
  const read = reader.u32();
  const bits = reader.u8();
  return {
    parent: rest.readBigUInt64BE(0) as Gfid,
    name: rest.subarray(8),
    read,
    replaced: (bits & REPLACED) !== 0,
    directory: (bits & DIRECTORY) !== 0,
  };
}

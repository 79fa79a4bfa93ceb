import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { type PackId, parsePackId } from '../../catalog/page-store.js';
import { DmError } from '../../model/error.js';
import type { Gfid } from '../../model/ids.js';
import { BinaryReader, BinaryWriter } from '../../util/binary.js';

/** Where a lane stands inside a file that goes on in the next batch. */
export interface OpenFile {
  readonly gfid: Gfid;
  /** Bytes covered so far. */
  readonly next: bigint;
  readonly leaves: number;
}

/** What a lane did, in order. */
export type LaneEvent =
  | {
      readonly kind: 'done';
      readonly gfid: Gfid;
      readonly size: bigint;
      /** Whose leaf digests hold where none were received; 0 when all were. */
      readonly basis: bigint;
    }
  | {
      readonly kind: 'failed';
      readonly gfid: Gfid;
      readonly code: string;
      readonly message: string;
    }
  | { readonly kind: 'need'; readonly gfid: Gfid }
  | {
      readonly kind: 'leaves';
      readonly gfid: Gfid;
      readonly first: number;
      readonly digests: readonly (Uint8Array | null)[];
    }
  /** Bytes of a file as extents of a repository: keys and values of its map of segments, encoded. */
  | {
      readonly kind: 'extents';
      readonly gfid: Gfid;
      readonly extents: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[];
    }
  /** A pack of a repository was begun. */
  | { readonly kind: 'pack'; readonly pack: PackId }
  | { readonly kind: 'token'; readonly token: Uint8Array; readonly open: OpenFile | null }
  /** Every file that is done before this is in the version store. */
  | { readonly kind: 'kept' };

const KINDS = ['done', 'failed', 'need', 'leaves', 'token', 'extents', 'pack', 'kept'] as const;
const DIGEST = 32;
const HEADER = 4;
const CHUNK = 1 << 20;

/**
 * Appends events to a lane's log. What was added is written by `flush`, and what a token covers with it. Once it is disposed it
 * takes nothing more: `internal`.
 */
export class LaneLog implements Disposable {
  readonly #path: string;
  readonly #fd: number;
  readonly #writer = new BinaryWriter(1 << 16);
  #length: number;
  #closed = false;

  /** Goes on after `length` bytes; what follows there is cut off. */
  constructor(path: string, length: number) {
    this.#path = path;
    this.#fd = openSync(path, 'a+', 0o600);
    ftruncateSync(this.#fd, length);
    this.#length = length;
  }

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  add(event: LaneEvent): void {
    this.#requireOpen();
    const body = encode(event);
    this.#writer.u32(body.length).bytes(body);
    if (this.#writer.length > CHUNK) this.flush();
  }

  flush(): void {
    this.#requireOpen();
    const bytes = this.#writer.take();
    let done = 0;
    while (done < bytes.length) done += writeSync(this.#fd, bytes, done);
    this.#length += bytes.length;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }

  /** The number of the descriptor may be another file's by now. */
  #requireOpen(): void {
    if (this.#closed) throw new DmError('internal', `the log ${this.#path} is closed`);
  }
}

const scratch = new BinaryWriter(4096);

function encode(event: LaneEvent): Buffer {
  const writer = scratch;
  writer.clear();
  writer.u8(KINDS.indexOf(event.kind));
  switch (event.kind) {
    case 'done':
      writer.u64(event.gfid).bigVarint(event.size).u64(event.basis);
      break;
    case 'failed':
      writer.u64(event.gfid).text(event.code).text(event.message);
      break;
    case 'need':
      writer.u64(event.gfid);
      break;
    case 'leaves':
      writer.u64(event.gfid).varint(event.first).varint(event.digests.length);
      for (const digest of event.digests) {
        writer.u8(digest === null ? 0 : 1);
        if (digest !== null) writer.bytes(digest);
      }
      break;
    case 'extents':
      writer.u64(event.gfid).varint(event.extents.length);
      for (const { key, value } of event.extents) writer.lengthAndBytes(key).lengthAndBytes(value);
      break;
    case 'pack':
      writer.bytes(Buffer.from(event.pack, 'hex'));
      break;
    case 'token': {
      const { open } = event;
      writer.lengthAndBytes(event.token).u64(open?.gfid ?? 0n);
      writer.bigVarint(open?.next ?? 0n).varint(open?.leaves ?? 0);
      break;
    }
    case 'kept':
  }
  return writer.take();
}

function decode(body: Uint8Array): LaneEvent {
  const reader = new BinaryReader(body, fail);
  const kind = KINDS[reader.u8()];
  switch (kind) {
    case 'done':
      return { kind, gfid: reader.u64() as Gfid, size: reader.bigVarint(), basis: reader.u64() };
    case 'failed':
      return { kind, gfid: reader.u64() as Gfid, code: reader.text(), message: reader.text() };
    case 'need':
      return { kind, gfid: reader.u64() as Gfid };
    case 'leaves': {
      const gfid = reader.u64() as Gfid;
      const first = reader.varint();
      const digests: (Uint8Array | null)[] = [];
      for (let left = reader.varint(); left > 0; left--) {
        digests.push(reader.u8() === 0 ? null : reader.bytes(DIGEST));
      }
      return { kind, gfid, first, digests };
    }
    case 'extents': {
      const gfid = reader.u64() as Gfid;
      const extents: { key: Uint8Array; value: Uint8Array }[] = [];
      for (let left = reader.varint(); left > 0; left--) {
        extents.push({ key: reader.lengthAndBytes(), value: reader.lengthAndBytes() });
      }
      return { kind, gfid, extents };
    }
    case 'pack':
      return { kind, pack: parsePackId(reader.bytes(16).toString('hex')) };
    case 'token': {
      const token = reader.lengthAndBytes();
      const gfid = reader.u64() as Gfid;
      const next = reader.bigVarint();
      const leaves = reader.varint();
      return { kind, token, open: gfid === 0n ? null : { gfid, next, leaves } };
    }
    case 'kept':
      return { kind };
    default:
      throw fail('an event of an unknown kind');
  }
}

function fail(reason: string): DmError {
  return new DmError('corrupt', `receive log: ${reason}; abort the copy and start it anew`);
}

export interface LoggedEvent {
  readonly event: LaneEvent;
  /** Length of the log up to and with this event. */
  readonly end: number;
}

/** The whole events of a log, as far as `limit` bytes; none when there is no log. Byte arrays are views that stay valid. */
export function* readLaneLog(
  path: string,
  limit = Number.MAX_SAFE_INTEGER,
): Generator<LoggedEvent> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    let pending = Buffer.alloc(0);
    let base = 0;
    for (;;) {
      const from = base + pending.length;
      const want = Math.min(CHUNK, limit - from, fstatSync(fd).size - from);
      if (want <= 0) return;
      // No larger than what is there: most logs are short, and each is read several times.
      const chunk = Buffer.allocUnsafeSlow(pending.length + want);
      pending.copy(chunk);
      const got = readSync(fd, chunk, pending.length, want, from);
      if (got === 0) return;
      pending = chunk.subarray(0, pending.length + got);
      let at = 0;
      while (pending.length - at >= HEADER) {
        const end = at + HEADER + pending.readUInt32BE(at);
        if (end > pending.length) break;
        yield { event: decode(pending.subarray(at + HEADER, end)), end: base + end };
        at = end;
      }
      pending = pending.subarray(at);
      base += at;
    }
  } finally {
    closeSync(fd);
  }
}

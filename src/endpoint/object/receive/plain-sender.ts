import type { Catalog } from '../../../catalog/catalog.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import type { RepositoryLayout } from '../../../repository/object-layout.js';
import type { ContentWriter, FileSink } from './file-sink.js';
import { type ChunkSender, type PlainChunk, PlainFile } from './plain-file.js';

/** Bytes that may wait for the thread that uploads. */
const WAITING_BYTES = 2 * 1024 * 1024;
const NS_PER_SECOND = 1_000_000_000n;
const REGULAR = 0o100000;

/** What a plain object is to be called and to say. */
export interface PlainObject {
  readonly gfid: Gfid;
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** For the thread that uploads; parts of a file follow each other. */
export type PlainMessage =
  | {
      readonly kind: 'plain';
      /** With the first part only. */
      readonly object: PlainObject | null;
      readonly zeros: bigint;
      readonly bytes: Uint8Array | null;
      readonly last: boolean;
    }
  /** The file whose parts came failed. */
  | { readonly kind: 'plain-dropped' };

export interface PlainSenderModules {
  readonly layout: RepositoryLayout;
  readonly next: Catalog;
  emit(message: PlainMessage, transfer: ArrayBuffer[]): Promise<void>;
}

/** Hands the files of one lane to the thread that uploads them, in order. */
export class PlainSender implements ContentWriter, ChunkSender {
  readonly #modules: PlainSenderModules;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(modules: PlainSenderModules) {
    this.#modules = modules;
  }

  open(file: { gfid: Gfid; size: bigint }): FileSink {
    return new PlainFile(file, { sender: this });
  }

  get isCrowded(): boolean {
    return this.#waiting > WAITING_BYTES;
  }

  /** Resolves when everything was handed over. */
  room(): Promise<void> {
    return this.#last;
  }

  endFrame(): void {}

  async settled(): Promise<void> {
    await Promise.allSettled([this.#last]);
  }

  send(chunk: PlainChunk): void {
    const length = chunk.bytes?.buffer.byteLength ?? 0;
    this.#waiting += length;
    this.#then(async () => {
      const { zeros, bytes, last } = chunk;
      const object = chunk.first ? await this.#object(chunk.gfid) : null;
      const transfer = bytes === null ? [] : [bytes.buffer as ArrayBuffer];
      await this.#modules.emit({ kind: 'plain', object, zeros, bytes, last }, transfer);
      this.#waiting -= length;
    });
  }

  drop(): void {
    this.#then(() => this.#modules.emit({ kind: 'plain-dropped' }, []));
  }

  #then(work: () => Promise<void>): void {
    this.#last = this.#last.then(work);
    // Whoever waits for room, or for the end of the lane, is told.
    this.#last.catch(() => undefined);
  }

  async #object(gfid: Gfid): Promise<PlainObject> {
    const { layout, next } = this.#modules;
    const path = await next.pathOf(gfid);
    const inode = await next.inode(gfid);
    if (path === null || inode === null) {
      throw new DmError('corrupt', `file ${gfid} is not in the dataset any more; copy again`);
    }
    return { gfid, key: layout.plainObject(path, gfid), metadata: metadataOf(inode) };
  }
}

/** As rclone writes and reads it: seconds since 1970, an octal mode with the type, numbers of owner and group. */
function metadataOf({ mtimeNs, mode, uid, gid }: Inode): Record<string, string> {
  const size = mtimeNs < 0n ? -mtimeNs : mtimeNs;
  const fraction = (size % NS_PER_SECOND).toString().padStart(9, '0');
  return {
    mtime: `${mtimeNs < 0n ? '-' : ''}${size / NS_PER_SECOND}.${fraction}`,
    mode: (REGULAR | mode).toString(8),
    uid: `${uid}`,
    gid: `${gid}`,
  };
}

import { ExternalSorter } from '../../../catalog/external-sorter.js';
import { encodeEntryKey, encodeEntryValue } from '../../../catalog/maps/entries.js';
import type { DatasetWarning } from '../../../model/dataset.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { FileType } from '../../../model/inode.js';
import { BinaryReader, BinaryWriter } from '../../../util/binary.js';
import { DirectoryReads } from './directory-reads.js';
import { MutationSpill } from './mutation-spill.js';
import {
  ALWAYS,
  EVENT,
  encodeFailure,
  encodeNameEvent,
  encodeObservation,
  eventKey,
  type Failure,
  nameEventKey,
  type Observation,
} from './scan-events.js';

/** A regular file whose bytes have to be captured. */
export interface ContentItem {
  readonly gfid: Gfid;
  readonly parent: Gfid;
  /** Which read of the parent saw it. */
  readonly read: number;
  readonly ino: bigint;
  readonly btimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly size: bigint;
  /** Version to store it under although nothing changed: it is not in the version store yet. 0 otherwise. */
  readonly storeAs: bigint;
  /** Version the file had, 0 for a new one. */
  readonly formerVersion: bigint;
  /** Size and modification time are as they were: the bytes may well be the same. */
  readonly likelySame: boolean;
  /** It had changed in the very moment of the last look. */
  readonly racy: boolean;
  /** Path below the base. */
  readonly path: Uint8Array;
}

export interface DirectoryName {
  readonly gfid: Gfid;
  readonly parent: Gfid;
  readonly read: number;
  readonly replaced: boolean;
}

/** Readers of lists show the first of them only. */
const MAX_WARNINGS = 1000;
const fail = (reason: string) => new DmError('internal', `content list: ${reason}`);

/** Everything a walk finds out, in bounded memory: sorted files of notes, and the few things needed at hand. */
export class ScanNotes implements Disposable {
  readonly reads = new DirectoryReads();
  readonly events: ExternalSorter;
  /** Key: entry; value: read u32, then the entry's value or nothing for a deletion. */
  readonly entries: ExternalSorter;
  readonly warnings: DatasetWarning[] = [];
  /** Directories of the previous catalog that are gone from a name, and those seen under another. */
  readonly removedDirectories: DirectoryName[] = [];
  readonly movedDirectories = new Map<Gfid, DirectoryName[]>();
  readonly #scratch: string;
  #content: MutationSpill;
  #contentLists = 0;
  /** Bytes on disk of the files on the content list. */
  contentBytes = 0n;
  contentFiles = 0;
  /** Sum of the sizes of the files on the content list. */
  contentSize = 0n;
  warningCount = 0;

  constructor(scratch: string) {
    this.#scratch = scratch;
    this.events = new ExternalSorter({ directory: scratch });
    this.entries = new ExternalSorter({ directory: scratch });
    this.#content = new MutationSpill(`${scratch}/content-0`);
  }

  added(
    name: Uint8Array,
    directory: { gfid: Gfid; read: number },
    found: { gfid: Gfid; type: FileType; isNew: boolean },
  ): void {
    const key = nameEventKey(found.gfid, EVENT.added, directory.gfid, name);
    const isDirectory = found.type === 'dir';
    const event = { read: directory.read, replaced: false, directory: isDirectory };
    this.events.add(key, encodeNameEvent(event));
    this.entry(directory.gfid, name, directory.read, found);
    if (!isDirectory || found.isNew) return;
    const seen = this.movedDirectories.get(found.gfid) ?? [];
    seen.push({ gfid: found.gfid, parent: directory.gfid, read: directory.read, replaced: false });
    this.movedDirectories.set(found.gfid, seen);
  }

  removed(
    name: Uint8Array,
    directory: { gfid: Gfid; read: number },
    former: { gfid: Gfid; type: FileType },
    replaced: boolean,
  ): void {
    const key = nameEventKey(former.gfid, EVENT.removed, directory.gfid, name);
    const event = { read: directory.read, replaced, directory: false };
    this.events.add(key, encodeNameEvent(event));
    if (!replaced) this.entry(directory.gfid, name, directory.read, null);
    // What lies below a directory that is gone is found from there.
    if (former.type === 'dir' && directory.read !== ALWAYS) {
      const { gfid, read } = directory;
      this.removedDirectories.push({ gfid: former.gfid, parent: gfid, read, replaced });
    }
  }

  /** Whether a read that counts has not found the directory under its name, and none has found it under another. */
  isMissing({ gfid, parent, read }: DirectoryName): boolean {
    return this.reads.isValid(parent, read) && !this.isMoved(gfid);
  }

  /** Whether a directory of the previous catalog was found under another name. */
  isMoved(gfid: Gfid): boolean {
    const seen = this.movedDirectories.get(gfid) ?? [];
    return seen.some((name) => this.reads.isValid(name.parent, name.read));
  }

  /** Sets or removes an entry of the new catalog; a later word about the same name wins. */
  entry(
    parent: Gfid,
    name: Uint8Array,
    read: number,
    value: { gfid: Gfid; type: FileType } | null,
  ): void {
    const header = Buffer.allocUnsafe(4);
    header.writeUInt32BE(read);
    const rest = value === null ? [] : [encodeEntryValue(value.gfid, value.type)];
    this.entries.add(encodeEntryKey(parent, name), Buffer.concat([header, ...rest]));
  }

  observed(gfid: Gfid, observation: Observation): void {
    this.events.add(eventKey(gfid, EVENT.observed), encodeObservation(observation));
  }

  failed(gfid: Gfid, failure: Failure): void {
    this.events.add(eventKey(gfid, EVENT.failed), encodeFailure(failure));
  }

  fallback(gfid: Gfid, parent: Gfid, name: Uint8Array): void {
    this.events.add(nameEventKey(gfid, EVENT.fallback, parent, name), Buffer.alloc(0));
  }

  warn(path: Uint8Array, code: string): void {
    this.warningCount++;
    if (this.warnings.length < MAX_WARNINGS) this.warnings.push({ path: Buffer.from(path), code });
  }

  content(item: ContentItem, diskBytes: bigint): void {
    this.contentBytes += diskBytes;
    this.contentFiles++;
    this.contentSize += item.size;
    const value = new BinaryWriter(128)
      .u64(item.gfid)
      .u64(item.parent)
      .u32(item.read)
      .u64(item.ino)
      .u64(BigInt.asUintN(64, item.btimeNs))
      .u64(BigInt.asUintN(64, item.ctimeNs))
      .u64(item.size)
      .u64(item.storeAs)
      .u64(item.formerVersion)
      .u8((item.likelySame ? 1 : 0) | (item.racy ? 2 : 0))
      .take();
    this.#content.add(item.path, value);
  }

  /** The files listed since the last call, in walk order; the caller disposes the list. */
  takeContent(): { items(): Generator<ContentItem>; [Symbol.dispose](): void } {
    const spill = this.#content;
    this.#content = new MutationSpill(`${this.#scratch}/content-${++this.#contentLists}`);
    this.contentBytes = 0n;
    this.contentFiles = 0;
    this.contentSize = 0n;
    return { items: () => readContent(spill), [Symbol.dispose]: () => spill[Symbol.dispose]() };
  }

  [Symbol.dispose](): void {
    this.events[Symbol.dispose]();
    this.entries[Symbol.dispose]();
    this.#content[Symbol.dispose]();
  }
}

function* readContent(spill: MutationSpill): Generator<ContentItem> {
  for (const batch of spill.read()) {
    for (const { key, value } of batch) {
      const reader = new BinaryReader(value ?? Buffer.alloc(0), fail);
      const item = {
        path: key,
        gfid: reader.u64() as Gfid,
        parent: reader.u64() as Gfid,
        read: reader.u32(),
        ino: reader.u64(),
        btimeNs: BigInt.asIntN(64, reader.u64()),
        ctimeNs: BigInt.asIntN(64, reader.u64()),
        size: reader.u64(),
        storeAs: reader.u64(),
        formerVersion: reader.u64(),
      };
      const bits = reader.u8();
      yield { ...item, likelySame: (bits & 1) !== 0, racy: (bits & 2) !== 0 };
    }
  }
}

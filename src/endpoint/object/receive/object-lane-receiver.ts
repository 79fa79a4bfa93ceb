import type { Catalog } from '../../../catalog/catalog.js';
import { inodeSize, inodeType, inodeVersion } from '../../../catalog/maps/inodes.js';
import type { Gfid } from '../../../model/ids.js';
import type { MaybePromise } from '../../../util/maybe-promise.js';
import {
  type ContentName,
  type FileRecord,
  PayloadReader,
  type PayloadRecord,
} from '../../change-payload.js';
import { type FileFailure, isContentFailure } from '../../receive/file-failure.js';
import { requireLane } from '../../receive/lane.js';
import type { LaneEvent, OpenFile } from '../../receive/lane-log.js';
import { malformed } from '../../receive/malformed-stream.js';
import type { ContentWriter, FileSink } from './file-sink.js';
import { CorruptContent, ReceivedContent } from './received-content.js';

/** Bytes of a file behind which it can be gone on with after a kill: each such place costs a shorter segment. */
const RESUMABLE_BYTES = 64 * 1024 * 1024;

export interface ObjectLaneOptions {
  readonly lane: number;
  readonly lanes: number;
  /** File in whose middle the lane was interrupted. */
  readonly open: OpenFile | null;
}

export interface ObjectLaneModules {
  readonly base: Catalog;
  readonly next: Catalog;
  readonly writer: ContentWriter;
  /** Whether all bytes that the base has of a file are stored. */
  hasContent(gfid: Gfid): MaybePromise<boolean>;
}

type FailureRecord = Extract<PayloadRecord, { kind: 'failure' }>;
type ContentRecord = Exclude<PayloadRecord, { kind: 'file' | 'failure' }>;

interface Current {
  readonly content: ReceivedContent;
  readonly sink: FileSink;
}

/** What became of one payload. */
export interface AppliedPayload {
  /** For the log, in order; those of segments come when these are stored. */
  readonly events: readonly MaybePromise<LaneEvent>[];
  readonly needs: readonly Gfid[];
  readonly failures: readonly FileFailure[];
  /** False when bytes of it wait for those of the next: the lane cannot go on behind it after a kill. */
  readonly isResumable: boolean;
  /** The file that goes on in the next payload. */
  readonly open: OpenFile | null;
}

/** Stores the files of one lane. What is wrong with one file is that file's failure. */
export class ObjectLaneReceiver {
  readonly #options: ObjectLaneOptions;
  readonly #modules: ObjectLaneModules;
  #interrupted: OpenFile | null;
  #current: Current | null = null;
  /** File whose records are passed over, for it has failed or is needed whole. */
  #skipped: Gfid | null = null;
  #sinceResumable = 0;
  #events: MaybePromise<LaneEvent>[] = [];
  #needs: Gfid[] = [];
  #failures: FileFailure[] = [];

  constructor(options: ObjectLaneOptions, modules: ObjectLaneModules) {
    this.#options = options;
    this.#modules = modules;
    this.#interrupted = options.open;
  }

  async apply(payload: Uint8Array): Promise<AppliedPayload> {
    const { writer } = this.#modules;
    const reader = new PayloadReader(payload);
    for (let record = reader.next(); record !== null; record = reader.next()) {
      if (record.kind === 'file') {
        const begun = this.#begin(record);
        if (begun instanceof Promise) await begun;
      } else if (record.kind === 'failure') await this.#takeFailure(record);
      else this.#applyRecord(record);
      if (writer.isCrowded) await writer.room();
    }
    // Else a peer decides how many are remembered.
    if (this.#current?.content.lacksDigests === true) {
      throw malformed('ranges without their digests in the same batch');
    }
    return this.#take(payload.length);
  }

  #take(bytes: number): AppliedPayload {
    this.#sinceResumable += bytes;
    const sink = this.#current?.sink;
    if (sink !== undefined && this.#sinceResumable >= RESUMABLE_BYTES) {
      this.#events.push(...sink.flush());
    }
    this.#modules.writer.endFrame();
    const isResumable = sink === undefined || sink.pending === 0;
    if (isResumable) this.#sinceResumable = 0;
    const applied: AppliedPayload = {
      events: this.#events,
      needs: this.#needs,
      failures: this.#failures,
      isResumable,
      open: this.#current?.content.position ?? null,
    };
    this.#events = [];
    this.#needs = [];
    this.#failures = [];
    return applied;
  }

  /** The source could not read the file. */
  async #takeFailure({ gfid, code, message }: FailureRecord): Promise<void> {
    if ((await this.#modules.next.encodedInode(gfid)) === null) {
      throw malformed(`failure of ${gfid}, which is not in the dataset`);
    }
    if (this.#skipped === gfid) this.#skipped = null;
    if (this.#current?.content.gfid === gfid) this.#dropCurrent();
    this.#fail({ gfid, code, message });
  }

  #applyRecord(record: ContentRecord): void {
    if (this.#skipped !== null) {
      if (record.kind === 'end') this.#skipped = null;
      return;
    }
    const current = this.#current;
    if (current === null) throw malformed(`${record.kind} outside a file`);
    try {
      this.#applyTo(current, record);
    } catch (error) {
      if (!(error instanceof CorruptContent)) throw error;
      const { gfid } = current.content;
      this.#dropCurrent();
      this.#skipped = record.kind === 'end' ? null : gfid;
      this.#fail({ gfid, code: 'corrupt', message: `${error.message}; copy again` });
    }
  }

  #applyTo({ content, sink }: Current, record: ContentRecord): void {
    switch (record.kind) {
      case 'data':
        content.data(record.offset, record.bytes);
        this.#events.push(...sink.add(record.offset, record.bytes));
        return;
      case 'hole':
        content.hole(record.offset, record.length);
        this.#events.push(...sink.hole(record.offset, record.length));
        return;
      case 'leaves': {
        const { first, digests } = record;
        if (digests.length === 0) return;
        content.leaves(first, digests);
        this.#events.push({ kind: 'leaves', gfid: content.gfid, first, digests });
        return;
      }
      case 'end': {
        content.finish();
        this.#events.push(...sink.end());
        const { gfid, size, record: file } = content;
        this.#events.push({ kind: 'done', gfid, size, basis: file.basis?.gfid ?? 0n });
        this.#current = null;
        return;
      }
      default:
        throw malformed(`${record.kind} within content`);
    }
  }

  #dropCurrent(): void {
    this.#current?.sink.drop();
    this.#current = null;
  }

  #begin(record: FileRecord): MaybePromise<void> {
    if (this.#goesOn(record)) return;
    if (this.#current !== null) throw malformed(`file ${this.#current.content.gfid} has no end`);
    this.#skipped = null;
    requireLane(record.gfid, this.#options);
    const found = this.#modules.next.encodedInode(record.gfid);
    if (found instanceof Promise) return found.then((value) => this.#open(record, value));
    return this.#open(record, found);
  }

  #open(record: FileRecord, inode: Uint8Array | null): MaybePromise<void> {
    if (inode === null || inodeType(inode) !== 'file') {
      throw malformed(`content of ${record.gfid}, which is no regular file`);
    }
    if (inodeVersion(inode) !== record.version || inodeSize(inode) !== record.size) {
      throw malformed(`content of file ${record.gfid} in another version than its inode has`);
    }
    const resumed = record.continued ? this.#interrupted : null;
    // The lane broke off within a file that was passed over, of which nothing is kept.
    if (record.continued && resumed?.gfid !== record.gfid) {
      this.#needWhole(record.gfid);
      return;
    }
    if (record.continued) this.#interrupted = null;
    if (record.basis === null) this.#start(record, 0n, resumed);
    else return this.#startFrom(record, record.basis, resumed);
  }

  async #startFrom(
    record: FileRecord,
    basis: ContentName,
    resumed: OpenFile | null,
  ): Promise<void> {
    const size = await this.#sizeOfBasis(basis);
    if (size !== null) this.#start(record, size, resumed);
    else this.#needWhole(record.gfid);
  }

  /** Null when the content is not stored, or not whole. */
  async #sizeOfBasis({ gfid, version }: ContentName): Promise<bigint | null> {
    const { base, hasContent } = this.#modules;
    const inode = await base.encodedInode(gfid);
    if (inode === null || inodeVersion(inode) !== version) return null;
    const exception = await base.exception(gfid);
    if (exception !== null && isContentFailure(exception.code)) return null;
    return (await hasContent(gfid)) ? inodeSize(inode) : null;
  }

  #start(record: FileRecord, basisSize: bigint, resumed: OpenFile | null): void {
    const { gfid, size, basis } = record;
    this.#current = {
      content: new ReceivedContent({ record, basisSize, resumed }),
      sink: this.#modules.writer.open({ gfid, size, aligned: basis === null }),
    };
  }

  /** True when the record only says that the file of the last payload goes on. */
  #goesOn(record: FileRecord): boolean {
    if (!record.continued) return false;
    if (this.#skipped === record.gfid) return true;
    const content = this.#current?.content;
    return content?.gfid === record.gfid && content.record.version === record.version;
  }

  /** Asks for the whole file, and passes over what comes of it now. */
  #needWhole(gfid: Gfid): void {
    this.#skipped = gfid;
    this.#needs.push(gfid);
    this.#events.push({ kind: 'need', gfid });
  }

  #fail(failure: FileFailure): void {
    this.#failures.push(failure);
    this.#events.push({ kind: 'failed', ...failure });
  }
}

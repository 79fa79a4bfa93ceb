import type { Catalog } from '../../../catalog/catalog.js';
import { decodeInode, inodeType } from '../../../catalog/maps/inodes.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import { FLAG_NOCOW } from '../../../model/inode-flags.js';
import { type FileRecord, PayloadReader, type PayloadRecord } from '../../change-payload.js';
import type { FileFailure } from '../../receive/file-failure.js';
import { requireLane } from '../../receive/lane.js';
import type { LaneLog, OpenFile } from '../../receive/lane-log.js';
import { malformed } from '../../receive/malformed-stream.js';
import { unlinkAt } from '../sys/create.js';
import { isErrno } from '../sys/errno.js';
import { O_CREAT, O_EXCL, O_RDWR, openAt } from '../sys/open.js';
import type { BasisContent } from './basis-content.js';
import { applyMetadata, changeFlags } from './file-metadata.js';
import { readLeavesAhead } from './leaf-read-ahead.js';
import { failureOf } from './receive-failure.js';
import { CorruptContent, StagedFile } from './staged-file.js';
import type { FilePlacer, StagedName } from './staged-name.js';

export interface LaneReceiverOptions {
  readonly lane: number;
  readonly lanes: number;
  readonly privileged: boolean;
  /** See MetadataOptions. */
  readonly metadata: boolean;
  /** File in whose middle the lane was interrupted. */
  readonly open: OpenFile | null;
}

export interface LaneReceiverModules {
  readonly next: Catalog;
  readonly placer: FilePlacer;
  readonly basis: BasisContent;
  readonly log: LaneLog;
}

type FailureRecord = Extract<PayloadRecord, { kind: 'failure' }>;
type ContentRecord = Exclude<PayloadRecord, { kind: 'file' | 'failure' }>;

interface Current {
  readonly file: StagedFile;
  readonly inode: Inode;
  readonly atimeNs: bigint | null;
  readonly place: StagedName;
}

/** Stages the files of one lane, and logs what it did. What is wrong with one file is that file's failure. */
export class LaneReceiver implements Disposable {
  readonly #options: LaneReceiverOptions;
  readonly #modules: LaneReceiverModules;
  #interrupted: OpenFile | null;
  #current: Current | null = null;
  /** File whose records are passed over, for it has failed or is needed whole. */
  #skipped: Gfid | null = null;
  #needs: Gfid[] = [];
  #failures: FileFailure[] = [];

  constructor(options: LaneReceiverOptions, modules: LaneReceiverModules) {
    this.#options = options;
    this.#modules = modules;
    this.#interrupted = options.open;
  }

  /** For the log: the file that goes on in the next payload. */
  get open(): OpenFile | null {
    return this.#current?.file.position ?? null;
  }

  /** Since the last call: files whose basis could not be used, and what failed. */
  takeOutcome(): { needs: Gfid[]; failures: FileFailure[] } {
    const outcome = { needs: this.#needs, failures: this.#failures };
    this.#needs = [];
    this.#failures = [];
    return outcome;
  }

  /** Nothing of the payload is needed afterwards. */
  async apply(payload: Uint8Array): Promise<void> {
    const current = this.#current?.file;
    if (current?.hasBasis === true) readLeavesAhead(current.fd, current.size, payload);
    const reader = new PayloadReader(payload);
    for (let record = reader.next(); record !== null; record = reader.next()) {
      if (record.kind === 'file') {
        const begun = this.#begin(record);
        if (begun instanceof Promise) await begun;
      } else if (record.kind === 'failure') await this.#takeFailure(record);
      else this.#applyRecord(record);
    }
    // Else a peer decides how many are remembered.
    if (this.#current?.file.lacksDigests === true) {
      throw malformed('ranges without their digests in the same batch');
    }
    this.#current?.file.forgetBytes();
  }

  [Symbol.dispose](): void {
    this.#current?.file.close();
    this.#current = null;
  }

  /** The source could not read the file. */
  async #takeFailure({ gfid, code, message }: FailureRecord): Promise<void> {
    if ((await this.#modules.next.encodedInode(gfid)) === null) {
      throw malformed(`failure of ${gfid}, which is not in the dataset`);
    }
    this.#drop(gfid);
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
      this.#failCurrent(current, error);
      if (record.kind === 'end') this.#skipped = null;
    }
  }

  #applyTo(current: Current, record: ContentRecord): void {
    const { file } = current;
    switch (record.kind) {
      case 'data':
        file.write(record.offset, record.bytes);
        return;
      case 'hole':
        file.hole(record.offset, record.length);
        return;
      case 'leaves': {
        const { first, digests } = record;
        if (digests.length === 0) return;
        file.leaves(first, digests);
        this.#modules.log.add({ kind: 'leaves', gfid: file.gfid, first, digests });
        return;
      }
      case 'end':
        this.#end(current);
        return;
      default:
        throw malformed(`${record.kind} within content`);
    }
  }

  async #begin(record: FileRecord): Promise<void> {
    if (this.#goesOn(record)) return;
    if (this.#current !== null) throw malformed(`file ${this.#current.file.gfid} has no end`);
    this.#skipped = null;
    const found = this.#modules.next.encodedInode(record.gfid);
    const value = found instanceof Promise ? await found : found;
    if (value === null || inodeType(value) !== 'file') {
      throw malformed(`content of ${record.gfid}, which is no regular file`);
    }
    const inode = decodeInode(value);
    if (inode.version !== record.version || inode.size !== record.size) {
      throw malformed(`content of file ${record.gfid} in another version than its inode has`);
    }
    requireLane(record.gfid, this.#options);
    try {
      const placed = this.#modules.placer.place(record.gfid, inode);
      const place = placed instanceof Promise ? await placed : placed;
      const file = record.continued
        ? this.#reopen(record, place)
        : this.#create(record, inode, place);
      if (file === null) return;
      const side = this.#modules.next.sideTimes(record.gfid);
      const { atimeNs = null } = (side instanceof Promise ? await side : side) ?? {};
      this.#current = { file, inode, atimeNs, place };
      if (file.hasBasis && !record.continued) await this.#fillFromBasis(this.#current);
    } catch (error) {
      this.#skipped = record.gfid;
      this.#fail(failureOf(record.gfid, error, inode.name));
    }
  }

  /** True when the record only says that the file of the last payload goes on. */
  #goesOn(record: FileRecord): boolean {
    if (!record.continued) return false;
    if (this.#skipped === record.gfid) return true;
    const file = this.#current?.file;
    return file?.gfid === record.gfid && file.record.version === record.version;
  }

  #create(record: FileRecord, inode: Inode, { dirFd, name }: StagedName): StagedFile | null {
    const flags = O_RDWR | O_CREAT | O_EXCL;
    let fd: number;
    try {
      fd = openAt(dirFd, name, flags, 0o600);
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      // Of an attempt that was interrupted.
      unlinkAt(dirFd, name);
      fd = openAt(dirFd, name, flags, 0o600);
    }
    if ((inode.flags & FLAG_NOCOW) !== 0) this.#tryNoCow(fd);
    return new StagedFile(fd, { record, basisSize: 0n, resumed: null });
  }

  /** Goes on with a file after a restart. */
  #reopen(record: FileRecord, { dirFd, name }: StagedName): StagedFile | null {
    const resumed = this.#interrupted;
    if (resumed?.gfid !== record.gfid)
      throw malformed(`file ${record.gfid} goes on and never began`);
    this.#interrupted = null;
    let fd: number;
    try {
      fd = openAt(dirFd, name, O_RDWR);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
      this.#needWhole(record.gfid);
      return null;
    }
    // What was there of a basis is in the file already, in its final size.
    const basisSize = record.basis === null ? 0n : record.size;
    return new StagedFile(fd, { record, basisSize, resumed });
  }

  async #fillFromBasis(current: Current): Promise<void> {
    const { file } = current;
    const { record } = file;
    if (record.basis === null) return;
    const size = await this.#modules.basis.fill(file.fd, record.basis);
    if (size === null) {
      this.#drop(record.gfid);
      this.#needWhole(record.gfid);
      return;
    }
    const filled = new StagedFile(file.fd, { record, basisSize: size, resumed: null });
    this.#current = { ...current, file: filled };
  }

  /** Asks for the whole file, and passes over what comes of it now. */
  #needWhole(gfid: Gfid): void {
    this.#skipped = gfid;
    this.#needs.push(gfid);
    this.#modules.log.add({ kind: 'need', gfid });
  }

  #end({ file, inode, atimeNs }: Current): void {
    const { log } = this.#modules;
    file.finish();
    const options = { ...this.#options, former: null, atimeNs };
    for (const failure of applyMetadata(file.fd, inode, options)) {
      this.#fail({ gfid: file.gfid, ...failure });
    }
    file.close();
    this.#current = null;
    const basis = file.record.basis?.gfid ?? 0n;
    log.add({ kind: 'done', gfid: file.gfid, size: file.size, basis });
  }

  #tryNoCow(fd: number): void {
    try {
      changeFlags(fd, 0, FLAG_NOCOW);
    } catch (error) {
      // Told when the metadata is set.
      if (!isErrno(error, 'EOPNOTSUPP', 'EINVAL', 'EPERM', 'ENOTTY')) throw error;
    }
  }

  #failCurrent({ file, inode }: Current, error: unknown): void {
    const failure =
      error instanceof CorruptContent
        ? { gfid: file.gfid, code: 'corrupt', message: `${error.message}; copy again` }
        : failureOf(file.gfid, error, inode.name);
    // What stops the whole session leaves the file, for the session goes on with it.
    this.#drop(file.gfid);
    this.#skipped = file.gfid;
    this.#fail(failure);
  }

  /** Removes what is staged of the current file, if it is this one. */
  #drop(gfid: Gfid): void {
    if (this.#skipped === gfid) this.#skipped = null;
    const current = this.#current;
    if (current?.file.gfid !== gfid) return;
    this.#current = null;
    current.file.close();
    unlinkAt(current.place.dirFd, current.place.name);
  }

  #fail(failure: FileFailure): void {
    this.#failures.push(failure);
    this.#modules.log.add({ kind: 'failed', ...failure });
  }
}

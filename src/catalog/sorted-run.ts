import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { DmError } from '../model/error.js';
import { ioError } from './io-error.js';
import { RECORD_HEADER, recordLength } from './record-arena.js';
import type { RecordStream } from './record-stream.js';

const WRITE_BYTES = 256 * 1024;
const READ_BYTES = 128 * 1024;

/** A sorted file of records, read once from front to back. */
export interface SortedRun {
  readonly path: string;
  readonly bytes: number;
}

/** Writes all that is left in `stream` to a new file, mode 0600. */
export function writeRun(path: string, stream: RecordStream): SortedRun {
  try {
    const fd = openSync(path, 'wx', 0o600);
    try {
      return { path, bytes: writeRecords(fd, stream) };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw ioError('sorter: cannot write', path, error);
  }
}

/** Returns the number of bytes written. */
function writeRecords(fd: number, stream: RecordStream): number {
  const buffer = Buffer.allocUnsafe(WRITE_BYTES);
  let filled = 0;
  let total = 0;
  const flush = (bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    total += bytes.length;
  };
  while (stream.next()) {
    const { bytes, start } = stream;
    const length = recordLength(bytes, start);
    if (filled + length > buffer.length) {
      flush(buffer.subarray(0, filled));
      filled = 0;
    }
    if (length > buffer.length) flush(bytes.subarray(start, start + length));
    else filled += bytes.copy(buffer, filled, start, start + length);
  }
  flush(buffer.subarray(0, filled));
  return total;
}

/** Reads a run. Memory given out is never written again: views into it stay valid. */
export class RunStream implements RecordStream {
  readonly #run: SortedRun;
  #fd: number | undefined;
  #position = 0;
  #next = 0;
  bytes: Buffer = Buffer.alloc(0);
  start = 0;

  constructor(run: SortedRun) {
    this.#run = run;
    try {
      this.#fd = openSync(run.path, 'r');
    } catch (error) {
      throw ioError('sorter: cannot open', run.path, error);
    }
  }

  next(): boolean {
    this.start = this.#next;
    if (!this.#have(RECORD_HEADER)) {
      if (this.start < this.bytes.length) throw this.#truncated();
      this.close();
      return false;
    }
    const length = recordLength(this.bytes, this.start);
    if (!this.#have(length)) throw this.#truncated();
    this.#next = this.start + length;
    return true;
  }

  close(): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** True when `length` bytes from `start` are in memory, reading on if need be. */
  #have(length: number): boolean {
    const left = this.bytes.length - this.start;
    if (left >= length) return true;
    const unread = this.#run.bytes - this.#position;
    if (this.#fd === undefined || left + unread < length) return false;
    const wanted = Math.min(unread, Math.max(READ_BYTES, length - left));
    const larger = Buffer.allocUnsafeSlow(left + wanted);
    this.bytes.copy(larger, 0, this.start);
    for (let filled = left; filled < larger.length; ) {
      const count = this.#read(this.#fd, larger, filled);
      if (count === 0) throw this.#truncated();
      filled += count;
      this.#position += count;
    }
    this.bytes = larger;
    this.start = 0;
    this.#next = 0;
    return true;
  }

  #read(fd: number, buffer: Buffer, filled: number): number {
    try {
      return readSync(fd, buffer, filled, buffer.length - filled, this.#position);
    } catch (error) {
      throw ioError('sorter: cannot read', this.#run.path, error);
    }
  }

  #truncated(): DmError {
    return new DmError(
      'io_error',
      `sorter: file ${this.#run.path} is shorter than what was written`,
    );
  }
}

export function deleteRun(run: SortedRun): void {
  unlinkSync(run.path);
}

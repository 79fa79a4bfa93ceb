import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DmError } from '../src/model/error.js';

const MAX_FILE_BYTES = 16 * 1024 * 1024;
export const PRIVATE_MODE = 0o600;
export const PUBLIC_MODE = 0o644;

export interface NewFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** The bytes of a file named on the command line; `not_found` and `io_error` name it. */
export function readInput(path: string): Buffer {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MAX_FILE_BYTES) {
      throw new DmError('invalid_argument', `${path} is too large for a certificate or a list`);
    }
    return bytes;
  } catch (error) {
    throw fileError(error, path, 'read');
  }
}

/** `readInput` as text; PEM is ASCII. */
export function readText(path: string): string {
  return readInput(path).toString('latin1');
}

/**
 * Creates all files or none: an existing file (or link) of one of the names is `already_exists` and stays as it is. Missing
 * directories are made 0700. Contents are synced before it returns, for a lost CA key cannot be made again.
 */
export function writeNewFiles(files: readonly NewFile[]): void {
  const created: string[] = [];
  for (const { path, text, mode } of files) {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const fd = openSync(path, 'wx', mode);
      created.push(path);
      try {
        writeSync(fd, text);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      for (const done of created) rmSync(done, { force: true });
      throw fileError(error, path, 'create');
    }
  }
}

/** One path per line on stdout. */
export function printPaths(files: readonly NewFile[]): void {
  process.stdout.write(files.map(({ path }) => `${path}\n`).join(''));
}

function fileError(error: unknown, path: string, doing: string): DmError {
  if (error instanceof DmError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'EEXIST') {
    return new DmError(
      'already_exists',
      `${path} exists and is never overwritten; give another --out or move it away`,
      { cause: error },
    );
  }
  if (code === 'ENOENT') {
    return new DmError('not_found', `${path} does not exist; check the path`, { cause: error });
  }
  return new DmError('io_error', `cannot ${doing} ${path} (${code}); check the path and its mode`, {
    cause: error,
  });
}

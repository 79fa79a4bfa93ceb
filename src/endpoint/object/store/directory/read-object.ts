import type { FileHandle } from 'node:fs/promises';
import { DmError } from '../../../../model/error.js';
import type { ByteRange } from '../../../../repository/object-store.js';
import { directoryError, errorCode } from './directory-error.js';
import type { KeyFolders } from './key-folders.js';
import type { ForgetPages } from './new-object.js';

/** What comes in one piece. */
export const CHUNK_BYTES = 1 << 20;

export interface ReadModules {
  readonly folders: KeyFolders;
  readonly onBytes: (count: number) => void;
  readonly forgetPages: ForgetPages;
}

/**
 * The bytes of an object, or of a part of it, in pieces of up to 1 MiB. Errors: `not_found`; `corrupt` when it is shorter than
 * the range, or becomes shorter.
 */
export async function* readObject(
  key: string,
  range: ByteRange | null,
  { folders, onBytes, forgetPages }: ReadModules,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const { file, size } = await openObject(key, folders);
  try {
    const end = range === null ? size : range.offset + range.length;
    if (end > size) {
      throw new DmError(
        'corrupt',
        `object "${key}" has ${size} bytes, ${end} were expected; it was cut short`,
      );
    }
    for (let at = range?.offset ?? 0; at < end; ) {
      signal.throwIfAborted();
      const length = Math.min(CHUNK_BYTES, end - at);
      const buffer = Buffer.allocUnsafeSlow(length);
      const { bytesRead } = await file.read(buffer, 0, length, at);
      if (bytesRead === 0) {
        throw new DmError('corrupt', `object "${key}" became shorter while it was read`);
      }
      onBytes(bytesRead);
      // What is read in large pieces, the contents of files, is read once.
      if (bytesRead === CHUNK_BYTES) forgetPages(file.fd, at, bytesRead);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw directoryError(error, `object "${key}"`);
  } finally {
    await file.close();
  }
}

async function openObject(
  key: string,
  folders: KeyFolders,
): Promise<{ readonly file: FileHandle; readonly size: number }> {
  try {
    return await folders.use(key, async (folder, name) => {
      const file = await folder.openToRead(name);
      const stat = await file.stat();
      if (stat.isFile()) return { file, size: stat.size };
      await file.close();
      throw new DmError('not_found', `object "${key}" does not exist`);
    });
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') {
      throw new DmError('not_found', `object "${key}" does not exist`, { cause: error });
    }
    throw directoryError(error, `object "${key}"`);
  }
}

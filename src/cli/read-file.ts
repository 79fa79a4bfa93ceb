import { readFileSync } from 'node:fs';
import { DmError } from '../model/error.js';

/** Largest file taken as a certificate, key or list of revoked certificates. */
const LARGEST = 16 * 1024 * 1024;

/**
 * The text of a file named on the command line, read with the caller's
 * rights. `what` names it in errors.
 */
export function readNamedFile(path: string, what: string): string {
  return readNamedBytes(path, what).toString('utf8');
}

/** As `readNamedFile`, for a file of any bytes. */
export function readNamedBytes(path: string, what: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new DmError('usage', `${what} ${path} cannot be read: ${reason(error)}`, {
      cause: error,
    });
  }
  if (bytes.length === 0 || bytes.length > LARGEST) {
    throw new DmError('usage', `${what} ${path} has ${bytes.length} bytes; name the right file`);
  }
  return bytes;
}

/** As `readNamedFile`, for a file that must hold PEM text. */
export function readPemFile(path: string, what: string): string {
  const text = readNamedFile(path, what);
  if (!text.includes('-----BEGIN ')) {
    throw new DmError(
      'usage',
      `${what} ${path} is not PEM text (no "-----BEGIN"); convert it with openssl`,
    );
  }
  return text;
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT') return 'no such file; check the path';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied; run as a user who may';
  if (code === 'EISDIR') return 'it is a directory; name the file';
  return error instanceof Error ? error.message : String(error);
}

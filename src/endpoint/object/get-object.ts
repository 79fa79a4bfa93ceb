import { DmError } from '../../model/error.js';
import type { ObjectStore } from '../../repository/object-store.js';

/** More than any small object of a repository has. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A small object, whole; null when there is none. `corrupt` when it is larger than it can be. */
export async function getObject(
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of store.get(key, null, signal)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_BYTES) {
        throw new DmError('corrupt', `object ${key} is larger than it can be; restore it`);
      }
    }
  } catch (error) {
    if (error instanceof DmError && error.code === 'not_found') return null;
    throw error;
  }
  return Buffer.concat(chunks);
}

/** Every key below a prefix, in order, or those behind `after`. */
export async function* keysBelow(
  store: ObjectStore,
  prefix: string,
  signal: AbortSignal,
  options: { readonly after?: string } = {},
): AsyncGenerator<string, void> {
  const pages = store.list(prefix, { ...options, keysOnly: true }, signal);
  for await (const page of pages) for (const { key } of page) yield key;
}

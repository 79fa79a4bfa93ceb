import type { FileHandle } from 'node:fs/promises';
import type { PutOptions } from '../../../../repository/object-store.js';
import { errorCode } from './directory-error.js';
import { metadataFile } from './file-name.js';
import type { Folder } from './folder.js';

/** What the metadata file of an object holds; null when there is nothing to hold. */
export function metadataText(options: PutOptions): string | null {
  const metadata = options.metadata ?? {};
  if (Object.keys(metadata).length === 0 && options.contentType === undefined) return null;
  return JSON.stringify({ metadata, contentType: options.contentType ?? '' });
}

/** The user metadata of the object with that file name, names in lower case. */
export async function readMetadata(
  folder: Folder,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  let file: FileHandle;
  try {
    file = await folder.openToRead(metadataFile(name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {};
    throw error;
  }
  try {
    const known: unknown = JSON.parse(await file.readFile('utf8'));
    if (typeof known !== 'object' || known === null || !('metadata' in known)) return {};
    const entries = Object.entries(known.metadata ?? {});
    return Object.fromEntries(entries.map(([key, value]) => [key.toLowerCase(), String(value)]));
  } finally {
    await file.close();
  }
}

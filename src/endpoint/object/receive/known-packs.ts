import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackId } from '../../../catalog/page-store.js';
import type { RepositoryRecord } from '../../../repository/repository-record.js';
import { writeDurably } from '../../../util/durable-file.js';
import { recordDigest } from '../newest-record.js';
import type { StoredPacks } from './usable-packs.js';
import type { WorkDirectory } from './work-directory.js';

const FILE = 'known-packs';
const DIGEST_BYTES = 32;
const ID_BYTES = 16;

/**
 * Notes that all that this dataset refers to is in packs among these. The next backup on top of it need not read which packs
 * those are, as long as all are there.
 */
export function saveKnownPacks(
  work: WorkDirectory,
  record: RepositoryRecord,
  { data, pages }: StoredPacks,
  own: readonly PackId[],
): void {
  const parts: Uint8Array[] = [
    Buffer.from(recordDigest(record), 'hex'),
    Buffer.from(data.memory),
    Buffer.from(pages.memory),
    ...own.map((pack) => Buffer.from(pack, 'hex')),
  ];
  writeDurably(work.path, FILE, Buffer.concat(parts));
}

/** Whether all that this dataset refers to is known to be in packs that are there. False says only that it must be looked at. */
export function areKnownThere(
  work: WorkDirectory,
  record: RepositoryRecord,
  { data, pages }: StoredPacks,
): boolean {
  let known: Buffer;
  try {
    known = readFileSync(join(work.path, FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  if (known.toString('hex', 0, DIGEST_BYTES) !== recordDigest(record)) return false;
  if ((known.length - DIGEST_BYTES) % ID_BYTES !== 0) return false;
  for (let at = DIGEST_BYTES; at < known.length; at += ID_BYTES) {
    const id = known.toString('hex', at, at + ID_BYTES) as PackId;
    if (!data.has(id) && !pages.has(id)) return false;
  }
  return true;
}

import { ExternalSorter } from '../../../catalog/external-sorter.js';
import { decodeException } from '../../../catalog/maps/exceptions.js';
import { decodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { inodeSize, inodeType } from '../../../catalog/maps/inodes.js';
import type { PackId } from '../../../catalog/page-store.js';
import { rootDigest } from '../../../catalog/root-digest.js';
import { asDmError, type DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import type { BadEntry, VerifyProgress, VerifyResult } from '../../dataset-maker.js';
import { isContentFailure } from '../../receive/file-failure.js';
import { RepositoryReader } from '../read/repository-reader.js';
import type { StoredMaps } from '../read/stored-maps.js';
import { ReferencedPacks } from '../references/referenced-packs.js';
import type { Repository } from '../repository.js';
import type { StoredDataset } from '../stored-dataset.js';
import { checkFile, type ShortPacks } from './check-file.js';
import { checkIndex } from './check-index.js';

const SORT_BYTES = 4 * 1024 * 1024;
const REPORT_EVERY_FILES = 1_000;
/** Pages that are told one by one: more say no more. */
const MAX_TOLD_PAGES = 1_000;
const WHOLE = Buffer.alloc(0);

export interface VerifyStructureModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
  /** For sorted files; it is there. */
  readonly scratch: string;
}

/**
 * Checks a dataset without reading what its files hold: every page of its maps, that every pack it names is there and long
 * enough, that the index names all segments, and, unless told otherwise, of every file that all of it is stored somewhere. Bad files are named; what
 * concerns no single file is told under the empty path.
 */
export async function verifyStructure(
  { record }: StoredDataset,
  options: { readonly files: boolean },
  modules: VerifyStructureModules,
  onProgress: (progress: VerifyProgress) => void,
  signal: AbortSignal,
): Promise<VerifyResult> {
  const totals = { filesTotal: record.entries, bytesDone: 0, bytesTotal: 0 };
  const result = { files: 0, bytes: 0, bad: 0, digestsMade: 0 };
  const tell = (...bad: BadEntry[]): void => {
    result.bad += bad.length;
    onProgress({ ...totals, filesDone: result.files, bad });
  };
  tell();
  if (rootDigest(record.maps) !== record.rootDigest) {
    tell(whole('the maps of the dataset are not those of its root digest'));
  }
  const { short, pages } = await shortPacks(record.maps, modules, (bad) => tell(bad), signal);
  if (!options.files) return result;
  const reader = new RepositoryReader(modules, signal);
  const maps = reader.maps(record.maps);
  try {
    for await (const { gfid, size } of files(maps, signal)) {
      result.files++;
      if (result.files % REPORT_EVERY_FILES === 0) tell();
      const problem = await problemOf({ maps, gfid, size }, short, signal);
      if (problem !== null) tell({ ...problem, path: await pathOf(maps, gfid) });
    }
  } catch (error) {
    // Files below a damaged page cannot be looked up; the page has been told.
    const problem = corruptOnly(error);
    if (pages === 0) tell({ path: WHOLE, code: problem.code, message: problem.message });
  }
  return result;
}

/** Reads all pages and compares what they name with the packs that are there. */
async function shortPacks(
  maps: StoredDataset['record']['maps'],
  modules: VerifyStructureModules,
  tell: (bad: BadEntry) => void,
  signal: AbortSignal,
): Promise<{ short: ShortPacks; pages: number }> {
  let pages = 0;
  const damaged = (_ref: unknown, { message }: DmError): void => {
    if (pages++ < MAX_TOLD_PAGES) tell(whole(message));
  };
  using digests = new ExternalSorter({ directory: modules.scratch, memoryBytes: SORT_BYTES });
  const onSegment = (digest: Uint8Array): void => digests.add(digest, null);
  const options = { directory: modules.scratch, damaged, onSegment };
  using references = await ReferencedPacks.of([maps], options, modules, signal);
  const short = new Map<PackId, number>();
  for await (const { pack, stored, frames } of references.packs('data', signal)) {
    const last = frames.at(-1);
    if (last === undefined) continue;
    const bytes = stored?.bytes ?? 0;
    if (last.offset + last.length > bytes) short.set(pack, bytes);
  }
  for (const problem of await checkIndex(digests, modules, signal)) tell(whole(problem));
  return { short, pages };
}

/** The regular files, ascending, without those whose content was never stored. */
async function* files(
  { catalog }: StoredMaps,
  signal: AbortSignal,
): AsyncGenerator<{ gfid: Gfid; size: number }, void> {
  for await (const batch of catalog.inodes.range({}, signal)) {
    for (const { key, value } of batch) {
      if (inodeType(value) !== 'file') continue;
      const exception = await catalog.exceptions.get(key);
      if (exception !== null && isContentFailure(decodeException(exception).code)) continue;
      yield { gfid: decodeGfidKey(key), size: Number(inodeSize(value)) };
    }
  }
}

async function problemOf(
  file: Parameters<typeof checkFile>[0],
  short: ShortPacks,
  signal: AbortSignal,
): Promise<{ code: string; message: string } | null> {
  try {
    await checkFile(file, short, signal);
    return null;
  } catch (error) {
    const { code, message } = corruptOnly(error);
    return { code, message };
  }
}

async function pathOf({ catalog }: StoredMaps, gfid: Gfid): Promise<Buffer> {
  try {
    const names = (await catalog.pathOf(gfid)) ?? [];
    return Buffer.from(
      names.map((name) => Buffer.from(name).toString('latin1')).join('/'),
      'latin1',
    );
  } catch (error) {
    corruptOnly(error);
    return Buffer.from(`file ${gfid}`);
  }
}

function corruptOnly(error: unknown): DmError {
  const problem = asDmError(error, 'verifying');
  if (problem.code !== 'corrupt') throw problem;
  return problem;
}

function whole(message: string): BadEntry {
  return { path: WHOLE, code: 'corrupt', message };
}

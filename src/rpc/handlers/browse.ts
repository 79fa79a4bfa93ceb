import type { DirectoryEntry as DirectoryEntryValue } from '../../endpoint/source.js';
import { detailsToWire, entryToWire } from '../codec/browse-codec.js';
import { gfidFromWire, refFromWire } from '../codec/source-codec.js';
import { entryName } from '../codec/wire-path.js';
import { listOf } from '../codec/wire-value.js';
import type { Chunk } from '../generated/peer/datamover/v1/Chunk.js';
import type { DetailsRequest__Output } from '../generated/peer/datamover/v1/DetailsRequest.js';
import type { DirectoryEntry } from '../generated/peer/datamover/v1/DirectoryEntry.js';
import type { DirectoryPage } from '../generated/peer/datamover/v1/DirectoryPage.js';
import type { EntryDetails } from '../generated/peer/datamover/v1/EntryDetails.js';
import type { ListDirectoryRequest__Output } from '../generated/peer/datamover/v1/ListDirectoryRequest.js';
import type { LookupReply } from '../generated/peer/datamover/v1/LookupReply.js';
import type { LookupRequest__Output } from '../generated/peer/datamover/v1/LookupRequest.js';
import type { ReadRequest__Output } from '../generated/peer/datamover/v1/ReadRequest.js';
import type { PeerContext } from '../peer-connection-state.js';
import { PAGE_BYTES } from '../protocol.js';

const MAX_DEPTH = 40_000;

export async function lookup(
  request: LookupRequest__Output,
  { access, state }: PeerContext,
  signal: AbortSignal,
): Promise<LookupReply> {
  const path = listOf(request.path, MAX_DEPTH, 'components').map((name) =>
    entryName(name, 'component'),
  );
  await using held = await state.readers.hold(access.source, refFromWire(request.dataset));
  const entry = await held.reader.lookup(path, signal);
  return { entry: entry && entryToWire(entry) };
}

/** Pages are cut anew, so that none is larger than a message may be. */
export async function* listDirectory(
  request: ListDirectoryRequest__Output,
  { access, state }: PeerContext,
  signal: AbortSignal,
): AsyncIterable<DirectoryPage> {
  const dir = gfidFromWire(request.gfid);
  const after = request.after === undefined ? null : entryName(request.after, 'name to go on at');
  await using held = await state.readers.hold(access.source, refFromWire(request.dataset));
  for await (const page of held.reader.list(dir, after, signal)) yield* cut(page);
}

export async function details(
  request: DetailsRequest__Output,
  { access, state }: PeerContext,
  signal: AbortSignal,
): Promise<EntryDetails> {
  const gfid = gfidFromWire(request.gfid);
  await using held = await state.readers.hold(access.source, refFromWire(request.dataset));
  return detailsToWire(await held.reader.details(gfid, signal));
}

export async function* read(
  request: ReadRequest__Output,
  { access, state }: PeerContext,
  signal: AbortSignal,
): AsyncIterable<Chunk> {
  const file = gfidFromWire(request.gfid);
  const offset = BigInt(request.offset);
  const length = BigInt(request.length);
  await using held = await state.readers.hold(access.source, refFromWire(request.dataset));
  for await (const bytes of held.reader.read(file, offset, length, signal)) {
    for (let at = 0; at < bytes.length; at += PAGE_BYTES) {
      yield { data: bytes.subarray(at, at + PAGE_BYTES) };
    }
  }
}

function* cut(page: readonly DirectoryEntryValue[]): Iterable<DirectoryPage> {
  let entries: DirectoryEntry[] = [];
  let bytes = 0;
  for (const value of page) {
    const entry = entryToWire(value);
    const size = (entry.name?.length ?? 0) + (entry.inode?.length ?? 0) + 32;
    if (entries.length > 0 && bytes + size > PAGE_BYTES) {
      yield { entries };
      entries = [];
      bytes = 0;
    }
    entries.push(entry);
    bytes += size;
  }
  if (entries.length > 0) yield { entries };
}

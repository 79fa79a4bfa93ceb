import { createHash } from 'node:crypto';
import {
  type ChangedDirectories,
  changedDirectories,
} from '../../endpoint/changes/changed-directories.js';
import type { DatasetReader, DirectoryEntry } from '../../endpoint/source.js';
import type { OpenPlace } from '../../engine/places.js';
import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { Gfid, SystemGuid } from '../../model/ids.js';
import type { Inode } from '../../model/inode.js';
import type { BrowseEntry } from '../../rpc/generated/control/datamover/v1/BrowseEntry.js';
import type { BrowseRequest__Output } from '../../rpc/generated/control/datamover/v1/BrowseRequest.js';
import type { FileChunk } from '../../rpc/generated/control/datamover/v1/FileChunk.js';
import type { ReadFileRequest__Output } from '../../rpc/generated/control/datamover/v1/ReadFileRequest.js';
import type { TreeEntry } from '../../rpc/generated/control/datamover/v1/TreeEntry.js';
import { escapePath } from '../../util/escape.js';
import { hex16 } from '../../util/hex16.js';
import { parseDatasetRef } from './datasets.js';
import type { ResolveAccount } from './policy-parts.js';

const INCARNATION_SHIFT = 40n;
const SLASH = 0x2f;

/** Places, as far as reading goes. */
export interface ReadPlaces {
  open(
    accountId: string,
    signal: AbortSignal,
  ): Promise<Pick<OpenPlace, 'source'> & AsyncDisposable>;
}

/** The browse commands of the control service: one dataset of one account, read only. */
export function browseHandlers(modules: {
  places: ReadPlaces;
  resolve: ResolveAccount;
  /** Told of every dataset that is looked into. */
  onRead: (accountId: string, dataset: DatasetInfo) => void;
}) {
  const open = async (
    { account, dataset }: { readonly account: string; readonly dataset: string },
    signal: AbortSignal,
  ): Promise<{ readonly reader: DatasetReader } & AsyncDisposable> => {
    const id = await modules.resolve(account);
    const place = await modules.places.open(id, signal);
    try {
      const reader = await place.source.open(parseDatasetRef(dataset), signal);
      modules.onRead(id, reader.info);
      const dispose = async () => {
        await reader[Symbol.asyncDispose]();
        await place[Symbol.asyncDispose]();
      };
      return { reader, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      await place[Symbol.asyncDispose]();
      throw error;
    }
  };
  return {
    async *browse(request: BrowseRequest__Output, signal: AbortSignal): AsyncIterable<BrowseEntry> {
      await using opened = await open(request, signal);
      const { reader } = opened;
      const entry = await find(reader, request.path, signal);
      yield { ...entryView(reader, entry), is_self: true };
      if (entry.inode.type !== 'dir') return;
      for await (const page of reader.list(entry.gfid, null, signal)) {
        for (const child of page) yield entryView(reader, child);
      }
    },
    async *browseTree(
      request: BrowseRequest__Output,
      signal: AbortSignal,
    ): AsyncIterable<TreeEntry> {
      await using opened = await open(request, signal);
      const { reader } = opened;
      const entry = await find(reader, request.path, signal);
      yield { entry: { ...entryView(reader, entry), is_self: true }, depth: 0 };
      if (entry.inode.type !== 'dir') return;
      const { account, compared_to: dataset, is_later } = request;
      let changed: ChangedDirectories | null = null;
      if (dataset !== '') {
        await using other = await open({ account, dataset }, signal);
        changed = is_later
          ? await changedDirectories(other.reader, reader, signal)
          : await changedDirectories(reader, other.reader, signal);
      }
      yield* below(reader, entry.gfid, 1, changed, signal);
    },
    statEntry: async (request: BrowseRequest__Output, signal: AbortSignal) => {
      await using opened = await open(request, signal);
      const { reader } = opened;
      const entry = await find(reader, request.path, signal);
      const { side, names, exception } = await reader.details(entry.gfid, signal);
      const { inode } = entry;
      return {
        entry: { ...entryView(reader, entry), is_self: true },
        rdev_major: inode.rdevMajor,
        rdev_minor: inode.rdevMinor,
        atime_ns: String(side?.atimeNs ?? ''),
        ctime_ns: String(side?.ctimeNs ?? ''),
        btime_ns: String(inode.btimeNs),
        flags: inode.flags,
        xattrs: inode.xattrs.map(({ name, value }) => ({
          name: Buffer.from(name),
          value: Buffer.from(value),
        })),
        parents: names.map(({ parent, name }) => ({
          gfid: gfidText(reader, parent),
          name: Buffer.from(name),
        })),
        content_version: hex16(inode.version),
        exception_code: exception?.code ?? '',
        exception_message: exception?.message ?? '',
      };
    },
    async *readFile(
      request: ReadFileRequest__Output,
      signal: AbortSignal,
    ): AsyncIterable<FileChunk> {
      await using opened = await open(request, signal);
      const { reader } = opened;
      const entry = await find(reader, request.path, signal);
      if (entry.inode.type !== 'file') {
        throw new DmError(
          'invalid_argument',
          `${escapePath(request.path)} is a ${entry.inode.type}, not a regular file; choose a file`,
        );
      }
      const offset = BigInt(request.offset);
      const length = request.length > 0 ? BigInt(request.length) : entry.inode.size - offset;
      if (offset < 0n || length < 0n)
        throw new DmError(
          'invalid_argument',
          `offset ${offset} lies outside ${escapePath(request.path)}`,
        );
      for await (const chunk of reader.read(entry.gfid, offset, length, signal)) {
        yield { data: Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) };
      }
    },
  };
}

/**
 * Depth first, each directory in name order; holds one page of names for
 * each level. `changed`: null for all.
 */
async function* below(
  reader: DatasetReader,
  directory: Gfid,
  depth: number,
  changed: ChangedDirectories | null,
  signal: AbortSignal,
): AsyncIterable<TreeEntry> {
  if (changed?.isSame(directory)) return;
  for await (const page of reader.list(directory, null, signal)) {
    for (const child of page) {
      yield { entry: entryView(reader, child), depth };
      if (child.inode.type !== 'dir') continue;
      // What is in a directory that stands elsewhere is, too.
      const inside = changed?.isElsewhere(child.gfid) ? null : changed;
      yield* below(reader, child.gfid, depth + 1, inside, signal);
    }
  }
}

async function find(
  reader: DatasetReader,
  path: Buffer,
  signal: AbortSignal,
): Promise<DirectoryEntry> {
  const entry = await reader.lookup(components(path), signal);
  if (!entry) {
    throw new DmError(
      'not_found',
      `${escapePath(path)} is not in dataset ${reader.info.number}; list its directory to see what is`,
    );
  }
  return entry;
}

/** Splits at "/"; empty components are dropped, "." and ".." are the caller's to resolve. */
function components(path: Buffer): Buffer[] {
  const names: Buffer[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== SLASH) continue;
    if (at > start) names.push(path.subarray(start, at));
    start = at + 1;
  }
  return names;
}

function entryView(reader: DatasetReader, entry: DirectoryEntry): BrowseEntry {
  const inode: Inode = entry.inode;
  return {
    name: Buffer.from(entry.name),
    gfid: gfidText(reader, entry.gfid),
    type: inode.type,
    mode: inode.mode,
    uid: inode.uid,
    gid: inode.gid,
    size: Number(inode.size),
    mtime_ns: String(inode.mtimeNs),
    symlink_target: Buffer.from(inode.symlinkTarget),
    nlink: inode.nlink,
    user_name: inode.userName,
    group_name: inode.groupName,
    content_version: hex16(inode.version),
    rdev_major: inode.rdevMajor,
    rdev_minor: inode.rdevMinor,
    flags: inode.flags,
    xattrs_digest: xattrsDigest(inode),
  };
}

/** Attributes are in the order of their names. */
function xattrsDigest({ xattrs }: Inode): string {
  if (xattrs.length === 0) return '';
  const hash = createHash('sha256');
  for (const { name, value } of xattrs) {
    hash.update(`${name.length} ${value.length} `).update(name).update(value);
  }
  return hash.digest('hex');
}

/** 36 hex digits of the system that minted the number, then the number in decimal. */
function gfidText(reader: DatasetReader, gfid: Gfid): string {
  const incarnation = Number(gfid >> INCARNATION_SHIFT);
  const minter = reader.info.incarnations.find((known) => known.incarnation === incarnation);
  const system: SystemGuid = minter?.system ?? reader.info.originSystem;
  return `${system}${gfid}`;
}

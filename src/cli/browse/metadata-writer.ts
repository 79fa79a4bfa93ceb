import type { MetadataFailure } from '../../endpoint/local/receive/file-metadata.js';
import { DmError } from '../../model/error.js';
import { ROOT_GFID } from '../../model/ids.js';
import { FILE_TYPES, type FileType, type Inode } from '../../model/inode.js';
import type { BrowseEntry, EntryStat } from '../control-messages.js';

type FileMetadata = typeof import('../../endpoint/local/receive/file-metadata.js');
type Create = typeof import('../../endpoint/local/sys/create.js');

const SPECIAL_MODE = 0o600;

/**
 * Gives what was downloaded the metadata of the dataset, with the caller's rights.
 * Each call returns what could not be set.
 */
export class MetadataWriter {
  readonly #metadata: FileMetadata;
  readonly #create: Create;

  private constructor(metadata: FileMetadata, create: Create) {
    this.#metadata = metadata;
    this.#create = create;
  }

  /** Loads the system calls, which other commands do without. */
  static async load(): Promise<MetadataWriter> {
    return new MetadataWriter(
      await import('../../endpoint/local/receive/file-metadata.js'),
      await import('../../endpoint/local/sys/create.js'),
    );
  }

  /** Of a regular file made with mode 0600, or a directory, both open. */
  apply(fd: number, stat: EntryStat): MetadataFailure[] {
    return this.#metadata.applyMetadata(fd, inodeOf(stat), optionsOf(stat));
  }

  /** Of a symlink that is there. */
  applyAt(dirFd: number, name: Buffer, stat: EntryStat): MetadataFailure[] {
    return this.#metadata.applyMetadataAt(dirFd, name, inodeOf(stat), optionsOf(stat));
  }

  /** Makes a fifo, socket or device, or fails with `unsupported_metadata`. Nothing may be there. */
  makeSpecial(dirFd: number, name: Buffer, stat: EntryStat): MetadataFailure[] {
    const inode = inodeOf(stat);
    const { type, rdevMajor, rdevMinor } = inode;
    if (type === 'file' || type === 'dir' || type === 'symlink') return [];
    try {
      this.#create.makeNode(dirFd, name, type, SPECIAL_MODE, rdevMajor, rdevMinor);
    } catch (error) {
      const code = (error as { code?: string }).code ?? String(error);
      throw new DmError(
        'unsupported_metadata',
        `cannot make a ${type} there (${code}); run it as root, on a file system that holds it`,
        { cause: error },
      );
    }
    return this.applyAt(dirFd, name, stat);
  }
}

function optionsOf({ atime_ns }: EntryStat) {
  const atimeNs = atime_ns === '' ? null : BigInt(atime_ns);
  return { privileged: true, metadata: true, former: null, atimeNs };
}

function inodeOf(stat: EntryStat): Inode {
  const entry = requireEntry(stat);
  return {
    type: typeOf(entry.type),
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    userName: entry.user_name,
    groupName: entry.group_name,
    rdevMajor: stat.rdev_major,
    rdevMinor: stat.rdev_minor,
    size: BigInt(entry.size),
    mtimeNs: BigInt(entry.mtime_ns),
    btimeNs: BigInt(stat.btime_ns),
    flags: stat.flags,
    xattrs: stat.xattrs,
    symlinkTarget: entry.symlink_target,
    version: 0n,
    parent: ROOT_GFID,
    name: entry.name,
    nlink: entry.nlink,
  };
}

function requireEntry({ entry }: EntryStat): BrowseEntry {
  if (entry !== null) return entry;
  throw new DmError('not_found', 'the entry is not in the dataset any more; list its directory');
}

function typeOf(text: string): FileType {
  if (Object.hasOwn(FILE_TYPES, text)) return text as FileType;
  throw new DmError('protocol_error', `"${text.slice(0, 20)}" is no type of file`);
}

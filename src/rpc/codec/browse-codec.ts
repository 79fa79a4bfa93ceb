import { decodeInode, encodeInode } from '../../catalog/maps/inodes.js';
import type { DirectoryEntry, EntryDetails } from '../../endpoint/source.js';
import type {
  DirectoryEntry__Output,
  DirectoryEntry as EntryMessage,
} from '../generated/peer/datamover/v1/DirectoryEntry.js';
import type {
  EntryDetails as DetailsMessage,
  EntryDetails__Output,
} from '../generated/peer/datamover/v1/EntryDetails.js';
import { gfidFromWire } from './source-codec.js';
import { entryName } from './wire-path.js';
import { checked, listOf, text } from './wire-value.js';

const MAX_NAMES = 100_000;
const MAX_TEXT = 4_096;

export function entryToWire(entry: DirectoryEntry): EntryMessage {
  return { name: entry.name, gfid: entry.gfid.toString(), inode: encodeInode(entry.inode) };
}

/** The root has the empty name. Byte strings are views into the received message. */
export function entryFromWire(message: DirectoryEntry__Output): DirectoryEntry {
  return {
    name: message.name.length === 0 ? message.name : entryName(message.name, 'entry name'),
    gfid: gfidFromWire(message.gfid),
    inode: checked(message.inode, decodeInode),
  };
}

export function detailsToWire(details: EntryDetails): DetailsMessage {
  return {
    has_side: details.side !== null,
    atime_ns: (details.side?.atimeNs ?? 0n).toString(),
    ctime_ns: (details.side?.ctimeNs ?? 0n).toString(),
    names: details.names.map(({ parent, name }) => ({ parent: parent.toString(), name })),
    exception_code: details.exception?.code ?? '',
    exception_message: details.exception?.message ?? '',
  };
}

export function detailsFromWire(message: EntryDetails__Output): EntryDetails {
  const { exception_code: code, exception_message } = message;
  return {
    side: message.has_side
      ? { atimeNs: BigInt(message.atime_ns), ctimeNs: BigInt(message.ctime_ns) }
      : null,
    names: listOf(message.names, MAX_NAMES, 'names').map(({ parent, name }) => ({
      parent: gfidFromWire(parent),
      name: name.length === 0 ? name : entryName(name, 'entry name'),
    })),
    exception:
      code === ''
        ? null
        : {
            code: text(code, MAX_TEXT, 'exception code'),
            message: text(exception_message, MAX_TEXT, 'exception message'),
          },
  };
}

import { NO_DETAILS, type TransferDetails } from '../../model/transfer-details.js';
import type {
  TransferDetails as DetailsMessage,
  TransferDetails__Output,
} from '../generated/peer/datamover/v1/TransferDetails.js';
import { toNumber } from './wire-value.js';

export function detailsToWire(details: TransferDetails): DetailsMessage {
  return {
    block_devices: details.blockDevices,
    char_devices: details.charDevices,
    fifos: details.fifos,
    sockets: details.sockets,
    files_created: details.filesCreated,
    files_updated: details.filesUpdated,
    dirs_changed: details.dirsChanged,
    dirs_moved: details.dirsMoved,
    dirs_deleted: details.dirsDeleted,
    files_to_8k: details.filesTo8K,
    files_to_1m: details.filesTo1M,
    files_to_100m: details.filesTo100M,
    files_to_10g: details.filesTo10G,
    files_over_10g: details.filesOver10G,
    bytes_of_files: details.bytesOfFiles,
    bytes_truncated: details.bytesTruncated,
  };
}

/** An agent that does not count so finely leaves them out. */
export function detailsFromWire(message: TransferDetails__Output | null): TransferDetails {
  if (message === null) return NO_DETAILS;
  const number = (value: Parameters<typeof toNumber>[0]) => toNumber(value, 'statistics');
  return {
    blockDevices: number(message.block_devices),
    charDevices: number(message.char_devices),
    fifos: number(message.fifos),
    sockets: number(message.sockets),
    filesCreated: number(message.files_created),
    filesUpdated: number(message.files_updated),
    dirsChanged: number(message.dirs_changed),
    dirsMoved: number(message.dirs_moved),
    dirsDeleted: number(message.dirs_deleted),
    filesTo8K: number(message.files_to_8k),
    filesTo1M: number(message.files_to_1m),
    filesTo100M: number(message.files_to_100m),
    filesTo10G: number(message.files_to_10g),
    filesOver10G: number(message.files_over_10g),
    bytesOfFiles: number(message.bytes_of_files),
    bytesTruncated: number(message.bytes_truncated),
  };
}

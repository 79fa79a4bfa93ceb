import { inodeSize, inodeType } from '../../catalog/maps/inodes.js';
import { NO_DETAILS, type TransferDetails } from '../../model/transfer-details.js';

type Detail = keyof TransferDetails;

const CLASSES: readonly (readonly [bigint, Detail])[] = [
  [8n * 1024n, 'filesTo8K'],
  [1024n ** 2n, 'filesTo1M'],
  [100n * 1024n ** 2n, 'filesTo100M'],
  [10n * 1024n ** 3n, 'filesTo10G'],
];
const SPECIAL: Readonly<Partial<Record<string, Detail>>> = {
  block: 'blockDevices',
  char: 'charDevices',
  fifo: 'fifos',
  socket: 'sockets',
};

/** Counts what a report tells of the inodes that a receive changes. */
export class DetailCounts {
  readonly #counts: Record<Detail, number> = { ...NO_DETAILS };

  get details(): TransferDetails {
    return { ...this.#counts };
  }

  /** A file whose content was received. */
  file(before: Uint8Array | null, after: Uint8Array): void {
    const size = inodeSize(after);
    this.#add(before === null ? 'filesCreated' : 'filesUpdated');
    this.#add(CLASSES.find(([limit]) => size <= limit)?.[1] ?? 'filesOver10G');
    this.#add('bytesOfFiles', size);
    const former = before === null ? 0n : inodeSize(before);
    if (former > size) this.#add('bytesTruncated', former - size);
  }

  /** Anything else that is new or has changed. */
  other(before: Uint8Array | null, after: Uint8Array, isMoved: boolean): void {
    const type = inodeType(after);
    if (type !== 'dir') {
      const detail = SPECIAL[type];
      if (before === null && detail !== undefined) this.#add(detail);
    } else if (before !== null) this.#add(isMoved ? 'dirsMoved' : 'dirsChanged');
  }

  gone(before: Uint8Array): void {
    if (inodeType(before) === 'dir') this.#add('dirsDeleted');
  }

  #add(detail: Detail, by = 1n): void {
    this.#counts[detail] += Number(by);
  }
}

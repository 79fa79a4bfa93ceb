/**
 * What a copy brought, finer than a job shows it: for reports. Counts,
 * and bytes where the name says so.
 */
export interface TransferDetails {
  readonly blockDevices: number;
  readonly charDevices: number;
  readonly fifos: number;
  readonly sockets: number;
  readonly filesCreated: number;
  readonly filesUpdated: number;
  readonly dirsChanged: number;
  readonly dirsMoved: number;
  readonly dirsDeleted: number;
  /** Received files by size. */
  readonly filesTo8K: number;
  readonly filesTo1M: number;
  readonly filesTo100M: number;
  readonly filesTo10G: number;
  readonly filesOver10G: number;
  /** Sizes of the received files. */
  readonly bytesOfFiles: number;
  /** By which files have become shorter. */
  readonly bytesTruncated: number;
}

export const NO_DETAILS: TransferDetails = {
  blockDevices: 0,
  charDevices: 0,
  fifos: 0,
  sockets: 0,
  filesCreated: 0,
  filesUpdated: 0,
  dirsChanged: 0,
  dirsMoved: 0,
  dirsDeleted: 0,
  filesTo8K: 0,
  filesTo1M: 0,
  filesTo100M: 0,
  filesTo10G: 0,
  filesOver10G: 0,
  bytesOfFiles: 0,
  bytesTruncated: 0,
};

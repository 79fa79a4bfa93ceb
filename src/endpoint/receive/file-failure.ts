import type { Gfid } from '../../model/ids.js';

/** Something of one file that could not be received; the others go on. */
export interface FileFailure {
  readonly gfid: Gfid;
  readonly code: string;
  readonly message: string;
}

/** False for failures that leave the bytes as they should be. */
export function isContentFailure(code: string): boolean {
  return code !== 'unsupported_metadata';
}

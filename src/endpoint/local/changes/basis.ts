import { encodeContentKey } from '../../../catalog/maps/content.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import type { SelectedFile } from '../../changes/file-selection.js';
import { findBasis } from '../../changes/find-basis.js';
import type { VersionReader } from './version-reader.js';

/** Content of the base that a changed file is told against. */
export interface Basis {
  readonly gfid: Gfid;
  readonly inode: Inode;
  /** Null when its bytes are not kept here any more: its leaf digests say what has changed. */
  readonly fd: number | null;
}

/**
 * Opens the basis of a file; null when there is none or nothing of it is known
 * here. The caller closes the descriptor.
 */
export async function openBasis(
  file: SelectedFile,
  inode: Inode,
  base: VersionReader | null,
): Promise<Basis | null> {
  const found = await findBasis(file, inode, base?.catalog ?? null);
  if (found === null || base === null) return null;
  try {
    return { ...found, fd: await base.open(found.gfid, found.inode) };
  } catch (error) {
    // A basis only saves work: what cannot be opened is done without, be
    // it gone, drifted or unreadable.
    if (!(error instanceof DmError) || error.code === 'internal') throw error;
    const isKnown = (await base.catalog.content.get(encodeContentKey(found.gfid, 0))) !== null;
    return isKnown ? { ...found, fd: null } : null;
  }
}

import { openSubvolumeRoot } from '../../sys/btrfs.js';
import { canClone, statFilesystem } from '../../sys/filesystem.js';
import { close } from '../../sys/open.js';

/**
 * `none`: nothing is kept of bytes that change. `live`, for received trees only: the bytes are those of the live tree
 * until a flip takes them out of it, which moves them into the version store.
 */
export type WantedProvider = 'auto' | 'none' | 'live';

/** The providers a capture can have. */
export type ChosenProvider = 'snapshot' | 'clone' | 'copy' | 'none' | 'live';

export interface ProviderChoice {
  readonly provider: ChosenProvider;
  /** Why, for people. */
  readonly reason: string;
}

/** How the bytes of the tree at `baseFd` are best kept in a store below `privateFd`, or `none` when that is wanted. */
export function chooseProvider(
  wanted: WantedProvider,
  baseFd: number,
  privateFd: number,
): ProviderChoice {
  if (wanted === 'none') {
    return { provider: 'none', reason: 'asked for: bytes are read from the live tree' };
  }
  if (wanted === 'live') {
    return { provider: 'live', reason: 'bytes stay in the live tree until a copy replaces them' };
  }
  const { name } = statFilesystem(baseFd);
  const subvolume = process.geteuid?.() === 0 ? openSubvolumeRoot(baseFd) : null;
  if (subvolume !== null) {
    close(subvolume);
    return { provider: 'snapshot', reason: 'the base path is in a btrfs subvolume' };
  }
  if (canClone(privateFd)) {
    return { provider: 'clone', reason: `files on ${name} can share their blocks` };
  }
  return { provider: 'copy', reason: `files on ${name} cannot share blocks` };
}

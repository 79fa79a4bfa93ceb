import {
  decodeEntryKey,
  decodeEntryValue,
  type EntryValue,
} from '../../../../catalog/maps/entries.js';
import type { Gfid } from '../../../../model/ids.js';
import type { DirectoryFinder } from '../../layout/directory-finder.js';
import { gfidName } from '../../layout/gfid-name.js';
import { linkAt, renameAt, unlinkAt } from '../../sys/create.js';
import { StatView } from '../../sys/stat.js';
import type { FlipContext } from './flip-context.js';
import { despiteProtection } from './protection.js';

const ENTRY = new StatView();
const HELD = new StatView();

interface Former {
  readonly parent: Gfid;
  readonly name: Uint8Array;
  readonly entry: EntryValue;
  /** What the next tree has under the name. */
  readonly coming: EntryValue | null;
}

/**
 * Takes out of the live tree every name that goes or gets another meaning: what lives on and whole directories
 * move to `hold`, files that go for ever are removed. A file whose name is given to another file keeps it until it is
 * replaced, so that readers never miss the name. What goes with its directory stays in it. May be done again
 * until the next phase has begun. Returns how many entries it met.
 */
export async function detach(context: FlipContext, former: DirectoryFinder): Promise<void> {
  const { next } = context.modules.trees;
  for await (const { key, before, after } of context.changes('entries')) {
    if (before === null) continue;
    const entry = decodeEntryValue(before);
    const coming = after === null ? null : decodeEntryValue(after);
    if (coming?.gfid === entry.gfid) continue;
    const { parent, name } = decodeEntryKey(key);
    const survives = (await next.encodedInode(entry.gfid)) !== null;
    if (!survives && (await next.encodedInode(parent)) === null) continue;
    const dirFd = await former.find(parent);
    if (dirFd === null || !ENTRY.findAt(dirFd, name)) continue;
    await detachEntry(context, dirFd, { parent, name, entry, coming }, survives);
  }
}

async function detachEntry(
  context: FlipContext,
  dirFd: number,
  { name, entry, coming }: Former,
  survives: boolean,
): Promise<void> {
  const { gfid, type } = entry;
  const { trees } = context.modules;
  const { holdFd } = trees.staging;
  const held = gfidName(gfid);
  const isHeld = HELD.findAt(holdFd, held);
  const { ino } = ENTRY;
  if (isHeld && HELD.ino !== ino && type === 'dir') return;
  if (!(await context.isBound(gfid, ENTRY)) && !(isHeld && HELD.ino === ino)) {
    context.displace(gfid, dirFd, name);
    return;
  }
  const isReplaced = coming !== null && coming.type !== 'dir' && type !== 'dir';
  if (isReplaced && !survives) return;
  context.modules.step('detach');
  despiteProtection([{ dirFd, name }], () => {
    if (isReplaced) {
      if (!isHeld) linkAt(dirFd, name, holdFd, held);
    } else if (type !== 'dir' && (isHeld || !survives)) unlinkAt(dirFd, name);
    else renameAt(dirFd, name, holdFd, held, 'keep');
  });
}

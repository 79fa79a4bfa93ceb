import { decodeEntryValue, encodeEntryKey } from '../../../../catalog/maps/entries.js';
import type { Gfid } from '../../../../model/ids.js';
import { parseGfidName } from '../../layout/gfid-name.js';
import { removeDirectory, unlinkAt } from '../../sys/create.js';
import { isErrno } from '../../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openAt } from '../../sys/open.js';
import { readDirectory } from '../../sys/readdir.js';
import { StatView } from '../../sys/stat.js';
import type { FlipContext } from './flip-context.js';
import { despiteProtection } from './protection.js';

const VIEW = new StatView();

interface Level {
  readonly fd: number;
  readonly gfid: Gfid;
  readonly name: Uint8Array;
  readonly parentFd: number;
  readonly names: Buffer[];
}

/**
 * Deletes what the flip took out of the tree for ever. Everything below is looked up in the catalog it came
 * from: what is not the same as there was put there by somebody since, and is moved aside.
 */
export async function clearHold(context: FlipContext): Promise<void> {
  const { holdFd } = context.modules.trees.staging;
  for (const name of namesIn(holdFd)) {
    VIEW.statAt(holdFd, name);
    const gfid = parseGfidName(name);
    if (VIEW.type !== 'dir' || gfid === null) remove(context, holdFd, name);
    else await clearDirectory(context, holdFd, name, gfid);
  }
}

/**
 * Removes the names that staged files still have: a file that got several names keeps this one until the end, and
 * losing it changes the time of its inode.
 */
export function clearStage(context: FlipContext): void {
  const { stageFd } = context.modules.trees.staging;
  for (const name of namesIn(stageFd)) {
    if (VIEW.statAt(stageFd, name).type !== 'dir') remove(context, stageFd, name);
  }
}

async function clearDirectory(
  context: FlipContext,
  parentFd: number,
  name: Uint8Array,
  gfid: Gfid,
): Promise<void> {
  const stack: Level[] = [enter(parentFd, name, gfid)];
  try {
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.names.pop();
      if (next !== undefined) {
        const below = await clearEntry(context, top, next);
        if (below !== null) stack.push(below);
        continue;
      }
      stack.pop();
      close(top.fd);
      removeEmpty(context, top);
    }
  } finally {
    for (const { fd } of stack) close(fd);
  }
}

/** The directory to go into, or null when the entry is done with. */
async function clearEntry(
  context: FlipContext,
  { fd, gfid }: Level,
  name: Buffer,
): Promise<Level | null> {
  const { current } = context.modules.trees;
  const value = await current.entries.get(encodeEntryKey(gfid, name));
  const known = value === null ? null : decodeEntryValue(value);
  if (!VIEW.findAt(fd, name)) return null;
  const isKnown = known !== null && known.type === VIEW.type;
  if (!isKnown || !(await context.isBound(known.gfid, VIEW))) {
    context.displace(gfid, fd, name);
    return null;
  }
  if (known.type === 'dir') return enter(fd, name, known.gfid);
  remove(context, fd, name);
  return null;
}

function enter(parentFd: number, name: Uint8Array, gfid: Gfid): Level {
  const fd = openAt(parentFd, name, O_RDONLY | O_DIRECTORY);
  return { fd, gfid, name, parentFd, names: namesIn(fd) };
}

function namesIn(fd: number): Buffer[] {
  const names: Buffer[] = [];
  for (const batch of readDirectory(fd)) for (const { name } of batch) names.push(name);
  return names;
}

function remove(context: FlipContext, dirFd: number, name: Uint8Array): void {
  context.modules.step('clear');
  despiteProtection([{ dirFd, name }], () => unlinkAt(dirFd, name));
}

function removeEmpty(context: FlipContext, { parentFd, name, gfid }: Level): void {
  context.modules.step('clear');
  const entry = { dirFd: parentFd, name };
  try {
    despiteProtection([entry], () => removeDirectory(parentFd, name));
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    context.displace(gfid, parentFd, name);
  }
}

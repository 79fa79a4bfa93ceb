import type { InodeName } from '../../../../catalog/catalog.js';
import { decodeLinkKey } from '../../../../catalog/maps/links.js';
import type { Gfid } from '../../../../model/ids.js';
import type { Inode } from '../../../../model/inode.js';
import { setTimesFd } from '../../sys/attributes.js';
import { linkAt, renameAt, unlinkAt } from '../../sys/create.js';
import { isErrno } from '../../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openBeneath } from '../../sys/open.js';
import { StatView } from '../../sys/stat.js';
import { looksSame } from '../same-inode.js';
import type { FlipContext } from './flip-context.js';

const VIEW = new StatView();
const JOINED = Buffer.from('joined');
const SLASH = Buffer.from('/');

/**
 * Before a staged tree is merged into a live one: a file of several names, of which one is there and will stay, is the same
 * file under its staged names too. May be done again.
 */
export async function joinLinks(
  { fromFd, toFd }: { fromFd: number; toFd: number },
  context: FlipContext,
): Promise<void> {
  const { next } = context.modules.trees;
  let last: Gfid | null = null;
  for await (const batch of next.links.range({}, context.signal)) {
    for (const { key } of batch) {
      const { gfid } = decodeLinkKey(key);
      if (gfid === last) continue;
      last = gfid;
      const inode = await next.inode(gfid);
      if (inode !== null) await joinNames(gfid, inode, { fromFd, toFd }, context);
    }
  }
}

async function joinNames(
  gfid: Gfid,
  inode: Inode,
  { fromFd, toFd }: { fromFd: number; toFd: number },
  context: FlipContext,
): Promise<void> {
  const names = await context.modules.trees.next.namesOf(gfid);
  for (const there of names) {
    const liveFd = await openParent(toFd, there, context);
    if (liveFd === null) continue;
    try {
      if (!VIEW.findAt(liveFd, there.name)) continue;
      if (!looksSame(inode, VIEW, liveFd, there.name)) continue;
      for (const staged of names) {
        const stagedFd = await openParent(fromFd, staged, context);
        if (stagedFd === null) continue;
        try {
          link(liveFd, there.name, stagedFd, staged.name, context);
          const parent = await context.modules.trees.next.inode(staged.parent);
          if (parent !== null && context.options.metadata) {
            setTimesFd(stagedFd, null, parent.mtimeNs);
          }
        } finally {
          close(stagedFd);
        }
      }
      return;
    } finally {
      close(liveFd);
    }
  }
}

async function openParent(
  baseFd: number,
  { parent }: InodeName,
  { modules }: FlipContext,
): Promise<number | null> {
  const path = (await modules.trees.next.pathOf(parent)) ?? [];
  const joined = Buffer.concat(path.flatMap((name, at) => (at > 0 ? [SLASH, name] : [name])));
  try {
    return openBeneath(baseFd, joined, O_RDONLY | O_DIRECTORY);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null;
    throw error;
  }
}

function link(
  liveFd: number,
  name: Uint8Array,
  stagedFd: number,
  staged: Uint8Array,
  { modules }: FlipContext,
): void {
  const { holdFd } = modules.trees.staging;
  if (!VIEW.findAt(stagedFd, staged)) return;
  modules.step('merge');
  try {
    if (VIEW.findAt(holdFd, JOINED)) unlinkAt(holdFd, JOINED);
    linkAt(liveFd, name, holdFd, JOINED);
    renameAt(holdFd, JOINED, stagedFd, staged, 'replace');
  } catch (error) {
    // An immutable file takes no further name; one that went meanwhile has none.
    if (!isErrno(error, 'EPERM', 'EMLINK', 'ENOENT')) throw error;
  }
}

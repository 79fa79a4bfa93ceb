import { splitPath } from '../../../model/entry-name.js';
import { DmError } from '../../../model/error.js';
import { escapePath } from '../../../util/escape.js';
import { checkOfferForm } from '../../receive/check-offer-form.js';
import type { Offer } from '../../target.js';
import { isErrno } from '../sys/errno.js';
import { close, O_PATH, openBeneath } from '../sys/open.js';
import { type CheckedTarget, mergesInto } from './target-check.js';

const SLASH = Buffer.from('/');
const EXISTING = '--existing=skip, changed or overwrite';

/** How an offer that was not refused goes on. */
export type Acceptance = 'first' | 'into' | 'merge' | 'adopt' | 'increment' | 'committed';

/** Refuses by code what may not be received at the target. Nothing has been written then. */
export function acceptOffer(offer: Offer, target: CheckedTarget): Acceptance {
  checkOfferForm(offer);
  if (offer.restore !== undefined && mergesInto(offer.restore)) return acceptRestore(offer, target);
  switch (target.state.kind) {
    case 'absent':
    case 'empty':
      refuseOtherReceive(offer, target);
      if (offer.base !== null) throw diverged(target, 'holds nothing of it');
      return 'first';
    case 'foreign':
      if (offer.subpaths.length > 0 && offer.base === null) {
        refuseExisting(offer, target);
        return 'into';
      }
      if (offer.adopt) {
        refuseOtherReceive(offer, target);
        return 'adopt';
      }
      throw new DmError(
        'target_not_empty',
        `${shown(target)} holds files that no copy put there; empty it, use another path, or ${orElse(offer)}`,
        { data: { path: shown(target) } },
      );
    case 'released':
      throw new DmError(
        'target_released',
        `${shown(target)} was released from copies; reclaim it with \`dm targets reclaim\` first`,
        { data: { path: shown(target) } },
      );
    case 'origin':
      if (!offer.reconnect || target.state.tree !== offer.dataset.tree) {
        throw new DmError(
          'target_forbidden',
          `datasets are made of ${shown(target)}; use another path, or copy back to it with --repeat-copy-reconnect=true`,
          { data: { path: shown(target) } },
        );
      }
      return acceptIncrement(offer, target);
    case 'received':
      return acceptIncrement(offer, target);
  }
}

function acceptRestore(offer: Offer, target: CheckedTarget): Acceptance {
  if (offer.createDataset || offer.base !== null || offer.adopt) {
    throw new DmError(
      'invalid_argument',
      'a restore into what is there is whole and leaves no dataset; leave the other options out',
    );
  }
  if (target.disk !== 'filled') return 'first';
  if (offer.restore?.existing !== 'fail') return 'merge';
  if (offer.subpaths.length === 0) {
    throw new DmError(
      'target_not_empty',
      `${shown(target)} holds files; say with ${EXISTING} what becomes of them, or name the paths to restore`,
      { data: { path: shown(target) } },
    );
  }
  refuseExisting(offer, target);
  return 'into';
}

function acceptIncrement(offer: Offer, target: CheckedTarget): Acceptance {
  const { tree, head } = target.state;
  const owner = target.found?.tree.owner ?? '';
  if (tree !== offer.dataset.tree) {
    throw owned(target, 'holds a copy of another tree; use another path');
  }
  if (target.state.kind === 'received' && owner !== offer.owner && !offer.reconnect) {
    throw owned(
      target,
      `is received from ${owner}; use another path, or take it over with --repeat-copy-reconnect=true`,
    );
  }
  if (!offer.createDataset || offer.subpaths.length > 0) {
    throw new DmError(
      'target_not_empty',
      `${shown(target)} holds a copy that is kept up to date; restore to another path`,
      { data: { path: shown(target) } },
    );
  }
  if (head?.id === offer.dataset.id && head.rootDigest === offer.dataset.rootDigest) {
    return 'committed';
  }
  const standsAtBase = offer.base?.id === head?.id && offer.base?.rootDigest === head?.rootDigest;
  if (!standsAtBase && !(offer.reconnect && holdsBase(offer, target))) {
    throw diverged(target, `stands at dataset ${head?.id ?? 'none'}`);
  }
  return 'increment';
}

/** Whether the tree can go back to the base: it is a whole dataset of it. */
function holdsBase({ base, dataset }: Offer, { found }: CheckedTarget): boolean {
  if (base === null || found === null || found.directory.readDataset(dataset.id) !== null) {
    return false;
  }
  const held = found.directory.readDataset(base.id);
  return held?.state.startsWith('COMPLETE') === true && held.rootDigest === base.rootDigest;
}

/**
 * An offer was planned against the dataset that the tree stood at while a flip to the next one was interrupted. When that
 * flip has been finished since, `target_changed`: the copy is to be planned again.
 */
export function refuseOutdated(
  offer: Offer,
  planned: CheckedTarget,
  finished: CheckedTarget,
): void {
  const head = finished.state.head;
  if (offer.base?.id !== planned.state.head?.id || head?.id === planned.state.head?.id) return;
  if (head?.id === offer.dataset.id) return;
  throw new DmError(
    'target_changed',
    `${shown(finished)} has been brought to dataset ${head?.id ?? 'none'}, where an interrupted copy had left it half way; plan this copy again`,
    { data: { path: shown(finished) } },
  );
}

/** A first copy that is under way belongs to whoever began it. */
function refuseOtherReceive(offer: Offer, target: CheckedTarget): void {
  const tree = target.found?.tree;
  if (tree === undefined || tree.role !== 'received' || offer.reconnect) return;
  if (tree.tree !== offer.dataset.tree || tree.owner !== offer.owner) {
    throw owned(
      target,
      `is being received from ${tree.owner}; use another path, or take it over with --repeat-copy-reconnect=true`,
    );
  }
}

function refuseExisting(offer: Offer, target: CheckedTarget): void {
  for (const subpath of offer.subpaths) {
    const names = [...target.components, ...splitPath(subpath)];
    const below = Buffer.concat(names.flatMap((name, at) => (at > 0 ? [SLASH, name] : [name])));
    try {
      close(openBeneath(target.root.fd, below, O_PATH));
    } catch (error) {
      if (isErrno(error, 'ENOENT')) continue;
      if (!isErrno(error, 'ENOTDIR', 'ELOOP')) throw error;
    }
    const path = `${shown(target)}/${escapePath(subpath)}`;
    const remedy = offer.createDataset
      ? 'move it away or use another target'
      : `move it away, use another target, or ${orElse(offer)}`;
    throw new DmError('target_not_empty', `${path} is there already; ${remedy}`, {
      data: { path },
    });
  }
}

/** What can be done about files that are there; only a tree that is kept up to date can be adopted. */
function orElse({ createDataset }: Offer): string {
  return createDataset
    ? 'take it as a copy with `dm policies run --adopt`'
    : `say what becomes of them with ${EXISTING} of \`dm restore\``;
}

function owned(target: CheckedTarget, why: string): DmError {
  return new DmError('target_owned', `${shown(target)} ${why}`, { data: { path: shown(target) } });
}

function diverged(target: CheckedTarget, why: string): DmError {
  return new DmError(
    'diverged',
    `${shown(target)} ${why}, not at the base of this copy; go back to the newest common dataset with --repeat-copy-reconnect=true, or copy to another path`,
    { data: { path: shown(target) } },
  );
}

function shown({ path }: CheckedTarget): string {
  return escapePath(path);
}

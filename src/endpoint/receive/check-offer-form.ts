import { splitPath } from '../../model/entry-name.js';
import { DmError } from '../../model/error.js';
import type { Offer } from '../target.js';

const MAX_LANES = 16;

/** Refuses an offer that no target can take. */
export function checkOfferForm(offer: Offer): void {
  if (!Number.isInteger(offer.lanes) || offer.lanes < 1 || offer.lanes > MAX_LANES) {
    throw new DmError('invalid_argument', `${offer.lanes} lanes; use 1 to ${MAX_LANES}`);
  }
  if (offer.subpaths.length > 0 && offer.base !== null) {
    throw new DmError('invalid_argument', 'subpaths are copied without a base; leave one out');
  }
  for (const subpath of offer.subpaths) {
    if (splitPath(subpath).length === 0) {
      throw new DmError('invalid_argument', 'a subpath is empty; leave it out to copy everything');
    }
  }
  if (offer.adopt && (offer.base !== null || offer.subpaths.length > 0 || !offer.createDataset)) {
    throw new DmError(
      'invalid_argument',
      'a tree is adopted by the first copy of a whole dataset that is kept; leave --adopt out',
    );
  }
}

import { DmError } from '../../../model/error.js';
import { RepositoryLayout } from '../../../repository/object-layout.js';
import { plainRepository } from '../../../repository/plain-path.js';
import type { Offer } from '../../target.js';

/** The offer of the repository that holds the catalog of a plain copy. */
export function plainOffer(offer: Offer, { secret }: { secret: Uint8Array | null }): Offer {
  if (secret !== null) {
    throw new DmError(
      'not_supported',
      'plain objects are not encrypted, and the account has an encryption key; use an account without one, or target dataset type FILE_ON_OBJECT_BACKUP',
    );
  }
  if (offer.base !== null) {
    throw new DmError(
      'invalid_argument',
      'plain objects are always a full copy; copy without a base',
    );
  }
  // Refuses what no repository may be below.
  new RepositoryLayout(offer.targetPath);
  return { ...offer, targetPath: plainRepository(offer.targetPath) };
}

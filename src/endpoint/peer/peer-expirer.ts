import { expiryFromWire, lockedFromWire } from '../../rpc/codec/expire-codec.js';
import { malformed } from '../../rpc/codec/wire-value.js';
import type { PeerChannel } from '../../rpc/peer-channel.js';
import { peerDefinition } from '../../rpc/proto.js';
import type {
  DatasetExpirer,
  ExpiryProgress,
  ExpiryResult,
  LockedDataset,
} from '../dataset-expirer.js';

/** Has a peer remove datasets of its own whose retention there is over; by the peer's clock. */
export class PeerExpirer implements DatasetExpirer {
  readonly #channel: PeerChannel;

  constructor(channel: PeerChannel) {
    this.#channel = channel;
  }

  async expire(
    onProgress: (progress: ExpiryProgress) => void,
    signal: AbortSignal,
  ): Promise<ExpiryResult> {
    const { ExpireDatasets } = peerDefinition();
    const locked: LockedDataset[] = [];
    for await (const event of this.#channel.stream(ExpireDatasets, {}, signal)) {
      locked.push(...lockedFromWire(event));
      if (event.done) return { locked };
      onProgress(expiryFromWire(event));
    }
    throw malformed('an expiry ended without a result');
  }
}

import type { DatasetId } from '../../model/ids.js';
import type { PeerChannel } from '../../rpc/peer-channel.js';
import { peerDefinition } from '../../rpc/proto.js';
import type { DatasetLocker } from '../dataset-locker.js';

/** Has a peer keep datasets that we need there. */
export class PeerLocker implements DatasetLocker {
  readonly #channel: PeerChannel;

  constructor(channel: PeerChannel) {
    this.#channel = channel;
  }

  async hold(
    holder: string,
    { id, basePath }: { readonly id: DatasetId; readonly basePath: Uint8Array },
    signal: AbortSignal,
  ): Promise<void> {
    const { HoldDataset } = peerDefinition();
    await this.#channel.unary(HoldDataset, { holder, id, base_path: basePath }, signal, {
      path: basePath,
    });
  }

  async release(holder: string, signal: AbortSignal): Promise<void> {
    const { ReleaseDataset } = peerDefinition();
    await this.#channel.unary(ReleaseDataset, { holder }, signal);
  }
}

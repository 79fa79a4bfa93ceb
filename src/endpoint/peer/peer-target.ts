import type { DatasetInfo } from '../../model/dataset.js';
import { resumeFromWire } from '../../rpc/codec/stream-codec.js';
import { offerToWire, targetStateFromWire } from '../../rpc/codec/target-codec.js';
import type { PeerChannel } from '../../rpc/peer-channel.js';
import { peerDefinition } from '../../rpc/proto.js';
import type { DatasetFilter } from '../source.js';
import type { Offer, ReceiveSession, Target, TargetState } from '../target.js';
import { PeerSession } from './peer-session.js';
import { listPeerDatasets } from './peer-source.js';

/** The peer compares trees and proves its staging before it answers. */
const BEGIN_MS = 600_000;

/**
 * A peer as a place to write to; the peer itself fills in who owns what is written.
 * The channel belongs to whoever opened it.
 */
export class PeerTarget implements Target {
  readonly #channel: PeerChannel;

  constructor(channel: PeerChannel) {
    this.#channel = channel;
  }

  listDatasets(filter: DatasetFilter, signal: AbortSignal): AsyncIterable<DatasetInfo> {
    return listPeerDatasets(this.#channel, filter, signal);
  }

  async inspect(path: Uint8Array, signal: AbortSignal): Promise<TargetState> {
    const { InspectTarget } = peerDefinition();
    return targetStateFromWire(
      await this.#channel.unary(InspectTarget, { path }, signal, { path }),
    );
  }

  async begin(offer: Offer, signal: AbortSignal): Promise<ReceiveSession> {
    const { Begin } = peerDefinition();
    const { targetPath } = offer;
    const about = { path: targetPath, timeoutMs: BEGIN_MS };
    const reply = await this.#channel.unary(Begin, offerToWire(offer), signal, about);
    const { session, committed } = reply;
    const resume = resumeFromWire(reply.resume);
    const sending = await this.#channel.sending(signal);
    return new PeerSession({ id: session, targetPath, resume, committed, sending }, this.#channel);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

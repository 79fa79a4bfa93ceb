import type { DatasetInfo } from '../../model/dataset.js';
import { datasetFromWire } from '../../rpc/codec/dataset-codec.js';
import { filterToWire, refToWire } from '../../rpc/codec/source-codec.js';
import type { CallAbout, PeerChannel } from '../../rpc/peer-channel.js';
import { peerDefinition } from '../../rpc/proto.js';
import type { Base, DatasetFilter, DatasetReader, DatasetRef, Source } from '../source.js';
import { PeerDatasetReader } from './peer-dataset-reader.js';

/** The datasets of a peer. The channel belongs to whoever opened it. */
export class PeerSource implements Source {
  readonly #channel: PeerChannel;

  constructor(channel: PeerChannel) {
    this.#channel = channel;
  }

  listDatasets(filter: DatasetFilter, signal: AbortSignal): AsyncIterable<DatasetInfo> {
    return listPeerDatasets(this.#channel, filter, signal);
  }

  async bookmark(
    base: Base,
    basePath: Uint8Array,
    signal: AbortSignal,
  ): Promise<DatasetInfo | null> {
    const { FindBookmark } = peerDefinition();
    const request = {
      base: { id: base.id, root_digest: base.rootDigest },
      base_path: basePath,
    };
    const { dataset } = await this.#channel.unary(FindBookmark, request, signal, {
      path: basePath,
    });
    return dataset === null ? null : datasetFromWire(dataset);
  }

  /** The peer keeps what is open from being deleted for a minute after the last call on it. */
  async open(ref: DatasetRef, signal: AbortSignal): Promise<DatasetReader> {
    const { GetDataset } = peerDefinition();
    const info = datasetFromWire(
      await this.#channel.unary(GetDataset, refToWire(ref), signal, pathOf(ref)),
    );
    return new PeerDatasetReader(info, this.#channel);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** What a call about a dataset names when it fails. */
export function pathOf(ref: DatasetRef): Pick<CallAbout, 'path'> {
  return 'id' in ref ? { path: ref.basePath } : {};
}

export async function* listPeerDatasets(
  channel: PeerChannel,
  filter: DatasetFilter,
  signal: AbortSignal,
): AsyncGenerator<DatasetInfo> {
  const { ListDatasets } = peerDefinition();
  const about = { path: filter.basePath };
  for await (const dataset of channel.stream(ListDatasets, filterToWire(filter), signal, about)) {
    yield datasetFromWire(dataset);
  }
}

import type { DatasetInfo } from '../../model/dataset.js';
import { datasetFromWire } from '../../rpc/codec/dataset-codec.js';
import {
  createProgressFromWire,
  createToWire,
  previewFromWire,
  previewRequestToWire,
  verifyProgressFromWire,
  verifyResultFromWire,
} from '../../rpc/codec/maker-codec.js';
import { refToWire } from '../../rpc/codec/source-codec.js';
import { malformed } from '../../rpc/codec/wire-value.js';
import type { PeerChannel } from '../../rpc/peer-channel.js';
import { peerDefinition } from '../../rpc/proto.js';
import type {
  CreateDatasetRequest,
  CreateProgress,
  DatasetMaker,
  DatasetPreview,
  PreviewRequest,
  VerifyProgress,
  VerifyResult,
} from '../dataset-maker.js';
import type { DatasetRef } from '../source.js';
import { pathOf } from './peer-source.js';

/** A tree of many millions of entries is walked within this time. */
const PREVIEW_MS = 3_600_000;

/** Has a peer make and verify datasets of its own. */
export class PeerMaker implements DatasetMaker {
  readonly #channel: PeerChannel;

  constructor(channel: PeerChannel) {
    this.#channel = channel;
  }

  async create(
    request: CreateDatasetRequest,
    onProgress: (progress: CreateProgress) => void,
    signal: AbortSignal,
  ): Promise<DatasetInfo> {
    const { CreateDataset } = peerDefinition();
    for await (const event of this.#channel.stream(CreateDataset, createToWire(request), signal, {
      path: request.basePath,
    })) {
      if (event.dataset !== null) return datasetFromWire(event.dataset);
      onProgress(createProgressFromWire(event));
    }
    throw malformed('a dataset creation ended without a dataset');
  }

  async preview(request: PreviewRequest, signal: AbortSignal): Promise<DatasetPreview> {
    const { PreviewDataset } = peerDefinition();
    const wanted = previewRequestToWire(request);
    return previewFromWire(
      await this.#channel.unary(PreviewDataset, wanted, signal, {
        path: request.basePath,
        timeoutMs: PREVIEW_MS,
      }),
    );
  }

  async verify(
    ref: DatasetRef,
    onProgress: (progress: VerifyProgress) => void,
    signal: AbortSignal,
  ): Promise<VerifyResult> {
    const { VerifyDataset } = peerDefinition();
    for await (const event of this.#channel.stream(
      VerifyDataset,
      refToWire(ref),
      signal,
      pathOf(ref),
    )) {
      if (event.result !== null) return verifyResultFromWire(event.result);
      onProgress(verifyProgressFromWire(event));
    }
    throw malformed('a verification ended without a result');
  }
}

import type { DatasetInfo } from '../../model/dataset.js';
import { type Reach, reaches } from '../../security/grants.js';
import { type RefusedParty, rightRefused } from '../../security/right-refusal.js';
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
import type { ScopedSource } from './scoped-source.js';

/** A maker as a caller with rights at some directories only finds it. */
export class ScopedMaker implements DatasetMaker {
  readonly #reach: Reach;
  readonly #party: RefusedParty;
  readonly #modules: { readonly maker: DatasetMaker; readonly source: ScopedSource };

  /** `source` says which datasets the caller may read. */
  constructor(
    options: { reach: Reach; party: RefusedParty },
    modules: { maker: DatasetMaker; source: ScopedSource },
  ) {
    this.#reach = options.reach;
    this.#party = options.party;
    this.#modules = modules;
  }

  async create(
    request: CreateDatasetRequest,
    onProgress: (progress: CreateProgress) => void,
    signal: AbortSignal,
  ): Promise<DatasetInfo> {
    if (!reaches(this.#reach, 'create', request.basePath)) {
      throw rightRefused(this.#party, 'create', request.basePath);
    }
    return this.#modules.maker.create(request, onProgress, signal);
  }

  async preview(request: PreviewRequest, signal: AbortSignal): Promise<DatasetPreview> {
    if (!reaches(this.#reach, 'create', request.basePath)) {
      throw rightRefused(this.#party, 'create', request.basePath);
    }
    return this.#modules.maker.preview(request, signal);
  }

  async verify(
    ref: DatasetRef,
    onProgress: (progress: VerifyProgress) => void,
    signal: AbortSignal,
  ): Promise<VerifyResult> {
    const readable = await this.#modules.source.readable(ref, signal);
    return this.#modules.maker.verify(readable, onProgress, signal);
  }
}

import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { DatasetId } from '../../model/ids.js';
import { escapePath } from '../../util/escape.js';
import { KeyedMutex } from '../../util/keyed-mutex.js';
import type {
  CreateDatasetRequest,
  CreateProgress,
  DatasetMaker,
  VerifyProgress,
  VerifyResult,
} from '../dataset-maker.js';
import type { DatasetRef, Source } from '../source.js';
import type { Retention } from '../target.js';

export interface MakerCaps {
  /** Datasets of one caller at one path. */
  readonly maxDatasets: number;
  readonly maxRetentionSeconds: number;
}

/** What was made for whom, kept over restarts. */
export interface MadeDatasets {
  of(owner: string, basePath: Uint8Array): Promise<readonly DatasetId[]>;
  add(owner: string, basePath: Uint8Array, id: DatasetId): Promise<void>;
  forget(owner: string, basePath: Uint8Array, ids: readonly DatasetId[]): Promise<void>;
}

export interface CappedMakerModules {
  readonly maker: DatasetMaker;
  readonly source: Source;
  readonly made: MadeDatasets;
  /** Fails with `in_use` when somebody needs the dataset. */
  readonly remove: (number: number, signal: AbortSignal) => Promise<void>;
}

/**
 * A maker that others use: what they make is kept no longer than the caps allow, and of more
 * datasets than that the oldest go. Request ids of different callers never meet.
 */
export class CappedMaker {
  readonly #caps: MakerCaps;
  readonly #modules: CappedMakerModules;
  /** One caller's datasets of a path are made and counted one after the other. */
  readonly #turns = new KeyedMutex();

  constructor(caps: MakerCaps, modules: CappedMakerModules) {
    this.#caps = caps;
    this.#modules = modules;
  }

  /** The maker as one caller has it. */
  for(owner: string): DatasetMaker {
    return {
      create: (request, onProgress, signal) => this.#create(owner, request, onProgress, signal),
      preview: (request, signal) => this.#modules.maker.preview(request, signal),
      verify: (
        ref: DatasetRef,
        onProgress: (progress: VerifyProgress) => void,
        signal: AbortSignal,
      ): Promise<VerifyResult> => this.#modules.maker.verify(ref, onProgress, signal),
    };
  }

  #create(
    owner: string,
    request: CreateDatasetRequest,
    onProgress: (progress: CreateProgress) => void,
    signal: AbortSignal,
  ): Promise<DatasetInfo> {
    const { basePath } = request;
    const { maker, made } = this.#modules;
    return this.#turns.run(`${owner} ${Buffer.from(basePath).toString('hex')}`, async () => {
      await this.#makeRoom(owner, basePath, this.#caps.maxDatasets, signal);
      const capped = {
        ...request,
        requestId: `${owner} ${request.requestId}`,
        retention: this.#capped(request.retention),
      };
      const dataset = await maker.create(capped, onProgress, signal);
      await made.add(owner, dataset.basePath, dataset.id);
      await this.#trim(owner, basePath, this.#caps.maxDatasets, signal);
      return dataset;
    });
  }

  #capped({ periodSeconds, reserve }: Retention): Retention {
    const { maxRetentionSeconds, maxDatasets } = this.#caps;
    return {
      periodSeconds: Math.min(periodSeconds ?? maxRetentionSeconds, maxRetentionSeconds),
      reserve: Math.min(reserve, maxDatasets),
    };
  }

  /** Datasets that could not go earlier go now, or nothing new is made. */
  async #makeRoom(
    owner: string,
    basePath: Uint8Array,
    most: number,
    signal: AbortSignal,
  ): Promise<void> {
    const left = await this.#trim(owner, basePath, most, signal);
    if (left <= most) return;
    throw new DmError(
      'quota_exceeded',
      `${left} datasets of ${escapePath(basePath)} are kept here for this peer, more than --peer-max-datasets allows, and are in use; finish what uses them`,
    );
  }

  /** Deletes the oldest datasets beyond `most`; returns how many are left. */
  async #trim(
    owner: string,
    basePath: Uint8Array,
    most: number,
    signal: AbortSignal,
  ): Promise<number> {
    const { made, source, remove } = this.#modules;
    const known = new Set(await made.of(owner, basePath));
    const present: DatasetInfo[] = [];
    for await (const dataset of source.listDatasets({ basePath }, signal)) {
      if (known.delete(dataset.id)) present.push(dataset);
    }
    const gone = [...known];
    let left = present.length;
    for (const { id, number } of present) {
      if (left <= most) break;
      try {
        await remove(number, signal);
      } catch (error) {
        if (error instanceof DmError && error.code === 'in_use') continue;
        throw error;
      }
      gone.push(id);
      left--;
    }
    if (gone.length > 0) await made.forget(owner, basePath, gone);
    return left;
  }
}

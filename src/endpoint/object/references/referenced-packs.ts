import { PageReader } from '../../../catalog/page-reader.js';
import type { PageRef } from '../../../catalog/page-store.js';
import type { DmError } from '../../../model/error.js';
import type { ObjectPackKind } from '../../../repository/object-layout.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import type { RepositoryMaps } from '../../../repository/repository-record.js';
import { PackRanges } from '../read/pack-ranges.js';
import { RepositoryPages } from '../read/repository-pages.js';
import type { Repository } from '../repository.js';
import { FrameSet } from './frame-set.js';
import { type CountedPack, packCensus } from './pack-census.js';
import { ReferenceWalk } from './reference-walk.js';

const SORT_BYTES = 8 * 1024 * 1024;
const RANGE_BYTES = 16 * 1024 * 1024;
const PAGE_BYTES = 2 * 1024 * 1024;

export interface ReferencedPacksModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
}

/** The frames of packs that a number of datasets refer to. Always dispose it. */
export class ReferencedPacks implements Disposable {
  readonly #modules: ReferencedPacksModules;
  readonly #frames: Readonly<Record<ObjectPackKind, FrameSet>>;

  private constructor(directory: string, modules: ReferencedPacksModules) {
    this.#modules = modules;
    const options = { directory, memoryBytes: SORT_BYTES };
    this.#frames = { data: new FrameSet(options), pages: new FrameSet(options) };
  }

  /** Reads all pages of these maps. `damaged` is told what cannot be read, and may throw. */
  static async of(
    maps: Iterable<RepositoryMaps>,
    options: {
      directory: string;
      damaged: (ref: PageRef, error: DmError) => void;
      /** Told of each place that uses a segment. */
      onSegment?: (digest: Uint8Array) => void;
    },
    modules: ReferencedPacksModules,
    signal: AbortSignal,
  ): Promise<ReferencedPacks> {
    const { directory, damaged, onSegment } = options;
    const found = new ReferencedPacks(directory, modules);
    const { data, pages: pageFrames } = found.#frames;
    const visitor = {
      page: pageFrames.add.bind(pageFrames),
      segment: (digest: Uint8Array, location: Parameters<FrameSet['add']>[0]) => {
        data.add(location);
        onSegment?.(digest);
      },
      damaged,
    };
    using walk = new ReferenceWalk(
      { directory },
      { pages: pagesInOrder(modules, signal), visitor },
    );
    try {
      for (const one of maps) walk.add(one);
      await walk.run(signal);
      return found;
    } catch (error) {
      found[Symbol.dispose]();
      throw error;
    }
  }

  /** Once for each kind. */
  packs(kind: ObjectPackKind, signal: AbortSignal): AsyncGenerator<CountedPack, void> {
    return packCensus(kind, this.#frames[kind].sorted(signal), this.#modules, signal);
  }

  [Symbol.dispose](): void {
    for (const frames of Object.values(this.#frames)) frames[Symbol.dispose]();
  }
}

/** Pages of a repository for one who reads them in the order of packs, each once. */
export function pagesInOrder(
  { repository, store }: ReferencedPacksModules,
  signal: AbortSignal,
): PageReader {
  const { layout, keys } = repository;
  const ranges = new PackRanges({ layout, cacheBytes: RANGE_BYTES }, { store }, signal);
  return new PageReader(
    { cacheBytes: PAGE_BYTES },
    { source: new RepositoryPages({ ranges, keys }) },
  );
}

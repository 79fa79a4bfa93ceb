import { PageReader } from '../../../catalog/page-reader.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import type { RepositoryMaps } from '../../../repository/repository-record.js';
import type { Repository } from '../repository.js';
import { PackRanges } from './pack-ranges.js';
import { PlainObjects } from './plain-objects.js';
import { RepositoryPages } from './repository-pages.js';
import { Segments } from './segments.js';
import { StoredMaps } from './stored-maps.js';

const PAGE_BYTES = 6 * 1024 * 1024;
const PARSED_BYTES = 8 * 1024 * 1024;
const DATA_BYTES = 8 * 1024 * 1024;
const SEGMENT_BYTES = 8 * 1024 * 1024;

/** Reads maps and segments of one repository. Its memory is bounded, whatever is read. */
export class RepositoryReader {
  readonly pages: PageReader;
  readonly segments: Segments;
  readonly plain: PlainObjects;

  /** The signal ends every read. */
  constructor(modules: { repository: Repository; store: ObjectStore }, signal: AbortSignal) {
    const { repository, store } = modules;
    const { layout, keys } = repository;
    const pages = new PackRanges({ layout, cacheBytes: PAGE_BYTES }, { store }, signal);
    const data = new PackRanges({ layout, cacheBytes: DATA_BYTES }, { store }, signal);
    this.pages = new PageReader(
      { cacheBytes: PARSED_BYTES },
      { source: new RepositoryPages({ ranges: pages, keys }) },
    );
    this.plain = new PlainObjects({ layout }, { store }, signal);
    this.segments = new Segments({ cacheBytes: SEGMENT_BYTES }, { ranges: data, keys });
  }

  maps(maps: RepositoryMaps): StoredMaps {
    return new StoredMaps(maps, this);
  }
}

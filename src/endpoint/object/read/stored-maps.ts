import { Catalog } from '../../../catalog/catalog.js';
import { MapReader } from '../../../catalog/map-reader.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import type { RepositoryMaps } from '../../../repository/repository-record.js';
import type { PlainObjects } from './plain-objects.js';

/** The maps of one dataset of a repository. Cheap to make; each reader of its own looks things up faster. */
export class StoredMaps {
  readonly catalog: Catalog;
  readonly segments: MapReader;

  readonly plain: PlainObjects;

  constructor(maps: RepositoryMaps, modules: { pages: PageReader; plain: PlainObjects }) {
    this.plain = modules.plain;
    this.catalog = new Catalog(maps, modules);
    this.segments = new MapReader(modules.pages, maps.segments);
  }
}

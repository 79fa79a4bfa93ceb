import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Catalog } from '../../../catalog/catalog.js';
import { EMPTY_ROOTS } from '../../../catalog/catalog-roots.js';
import { MapReader } from '../../../catalog/map-reader.js';
import { PageReader } from '../../../catalog/page-reader.js';
import type { PackId, PageRef } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import { ObjectPagePacks } from '../../../repository/object-page-packs.js';
import { PackSet } from '../../../repository/pack-set.js';
import { RepositoryKeys } from '../../../repository/repository-keys.js';
import { SegmentIndex } from '../../../repository/segment-index.js';
import { loadSession, type ObjectSession } from './session-record.js';
import type { ObjectTaskInput } from './task-input.js';
import { WorkDirectory } from './work-directory.js';

const CACHE_BYTES = 4 * 1024 * 1024;

/** Everything a task of a backup works on, opened. */
export class ObjectWorkspace implements Disposable {
  readonly work: WorkDirectory;
  readonly session: ObjectSession;
  readonly keys: RepositoryKeys;
  readonly packs: ObjectPagePacks;
  readonly pages: PageReader;
  /** What the changes start from; every map empty for a first copy. */
  readonly base: Catalog;
  /** Segments of the base. */
  readonly baseSegments: MapReader;
  /** What it becomes, once the structure was received. */
  readonly next: Catalog;
  readonly #input: ObjectTaskInput;

  constructor(input: ObjectTaskInput) {
    this.#input = input;
    this.work = new WorkDirectory(input.work);
    const session = loadSession(this.work);
    if (session === null) {
      throw new DmError('session_superseded', 'the backup session is gone; start the copy anew');
    }
    this.session = session;
    this.keys = new RepositoryKeys(input.repository, input.master);
    this.packs = new ObjectPagePacks({ directory: this.work.pages }, { keys: this.keys });
    const damaged = ({ locator }: PageRef): void => this.forget(locator.pack);
    this.pages = new PageReader({ cacheBytes: CACHE_BYTES }, { source: this.packs, damaged });
    const base = session.base?.record.maps ?? { ...EMPTY_ROOTS, segments: null };
    this.base = new Catalog(base, this);
    this.baseSegments = new MapReader(this.pages, base.segments);
    this.next = new Catalog(session.maps, this);
  }

  /** Data packs that the new dataset may name. */
  get usable(): PackSet {
    return new PackSet(this.#input.usable);
  }

  openIndex(): SegmentIndex {
    const { table } = this.#input;
    const { indexRuns: runs, sessionRuns } = this.work;
    const options = { runs, sessionRuns, table, usable: this.usable };
    return new SegmentIndex(options, { keys: this.keys });
  }

  /** A local copy that is damaged goes, so that the next backup fetches it anew. What this session made is nowhere else. */
  forget(pack: PackId): void {
    if (this.session.pagePacks.includes(pack) || this.packs.made.includes(pack)) return;
    rmSync(join(this.work.pages, pack), { force: true });
  }

  [Symbol.dispose](): void {
    this.packs[Symbol.dispose]();
  }
}

import { Catalog } from '../../../catalog/catalog.js';
import { EMPTY_ROOTS } from '../../../catalog/catalog-roots.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import { DmError } from '../../../model/error.js';
import { parseDatasetId } from '../../../model/ids.js';
import { PlaceDatasets, type TreePlace } from '../changes/place-datasets.js';
import type { VersionReader } from '../changes/version-reader.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import { TreeDirectory } from '../layout/tree-directory.js';
import { isErrno } from '../sys/errno.js';
import { O_DIRECTORY, O_RDONLY, openBeneath } from '../sys/open.js';
import { loadAdopted } from './adoption.js';
import type { FlipTrees } from './receive-places.js';
import { loadSession, type SessionRecord, saveSession } from './session-record.js';
import { StagingArea } from './staging-area.js';

/** What a task of a receive session starts from. */
export interface ReceiveInput {
  readonly place: TreePlace;
  readonly session: string;
}

/** Everything a task of a receive session works on, opened. */
export class Workspace implements AsyncDisposable {
  readonly place: TreePlace;
  readonly datasets: PlaceDatasets;
  readonly directory: TreeDirectory;
  readonly pages: PageReader;
  readonly staging: StagingArea;
  #record: SessionRecord;
  /** Record of the live tree's head; null for a first copy. */
  readonly head: DatasetRecord | null;
  /** Record of the dataset that the changes start from; null for a first copy. */
  readonly base: DatasetRecord | null;

  private constructor(place: TreePlace, datasets: PlaceDatasets, record: SessionRecord) {
    const { directory } = datasets;
    this.place = place;
    this.datasets = datasets;
    this.directory = directory;
    this.pages = datasets.pages;
    this.#record = record;
    this.head = place.tree.head === null ? null : directory.readCatalogOf(place.tree.head);
    this.base = record.base === null ? null : directory.readCatalogOf(parseDatasetId(record.base));
    if ((place.tree.head !== null && !this.head) || (record.base !== null && !this.base)) {
      throw new DmError('corrupt', 'the record of the target tree’s head is missing; copy it anew');
    }
    this.staging = StagingArea.open(directory, place.privateFd, record.session);
  }

  /** `cacheBytes`: memory for pages. */
  static async open(input: ReceiveInput, cacheBytes: number): Promise<Workspace> {
    const { session } = input;
    const place = placeOfSession(input);
    const datasets = await PlaceDatasets.open({ place, cacheBytes });
    try {
      const record = loadSession(datasets.directory, session);
      if (record === null) {
        throw new DmError('session_superseded', 'the receive session is gone; start the copy anew');
      }
      return new Workspace(place, datasets, record);
    } catch (error) {
      await datasets[Symbol.asyncDispose]();
      throw error;
    }
  }

  get record(): SessionRecord {
    return this.#record;
  }

  /** Durable. */
  save(change: Partial<SessionRecord>): void {
    const record = { ...this.#record, ...change };
    saveSession(this.directory, record);
    this.#record = record;
  }

  /** What the live tree is, and what it becomes. */
  get trees(): FlipTrees {
    return {
      current: new Catalog(this.head?.maps ?? EMPTY_ROOTS, this),
      next: new Catalog(this.record.draft.maps, this),
      staging: this.staging,
      openBase: () => this.openBase(),
    };
  }

  /** A clone of every received file is kept in the version store. */
  get keepsVersions(): boolean {
    const { createDataset, draft } = this.record;
    return createDataset && draft.provider === 'clone';
  }

  /** Opens the contents of the base. */
  get baseVersions(): VersionReader | null {
    return this.base === null ? null : this.datasets.versions(this.base);
  }

  /** The live base directory; null when there is none. */
  openBase(): number | null {
    const { rootFd, livePath } = this.place;
    try {
      return openBeneath(rootFd, livePath, O_RDONLY | O_DIRECTORY);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.staging[Symbol.dispose]();
    await this.datasets[Symbol.asyncDispose]();
  }
}

/** Until its flip begins, a session that has adopted the tree at the target works on that one. */
function placeOfSession({ place, session }: ReceiveInput): TreePlace {
  if (place.tree.head !== null) return place;
  const directory = new TreeDirectory(place.treesPath, place.tree.localTree);
  const adopted = loadAdopted(directory, session);
  return adopted === null ? place : { ...place, tree: adopted };
}

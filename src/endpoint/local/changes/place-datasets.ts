import { Catalog } from '../../../catalog/catalog.js';
import { PageReader } from '../../../catalog/page-reader.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import { PagePacks } from '../../../repository/page-packs.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { LocalTree } from '../layout/local-tree.js';
import { VersionOpener } from '../layout/open-version.js';
import { TreeDirectory } from '../layout/tree-directory.js';
import { isErrno, sysToDm } from '../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openBeneath } from '../sys/open.js';
import type { VersionReader } from './version-reader.js';

/** A local tree and its root, as any thread of this process can open it. */
export interface TreePlace {
  /**
   * Descriptors of the data root and of its `.datamover`, held by the
   * caller for as long as this is used.
   */
  readonly rootFd: number;
  readonly privateFd: number;
  readonly treesPath: string;
  readonly pagesPath: string;
  /** Base directory of the live tree, below the root. */
  readonly livePath: Uint8Array;
  readonly tree: LocalTree;
}

export interface PlaceDatasetsOptions {
  readonly place: TreePlace;
  /** Memory for pages that were read. */
  readonly cacheBytes?: number;
}

/** Opens datasets of one local tree for reading: their catalogs and their contents. */
export class PlaceDatasets implements AsyncDisposable {
  readonly packs: PagePacks;
  readonly pages: PageReader;
  readonly directory: TreeDirectory;
  readonly #place: TreePlace;
  readonly #liveFd: number | null;
  readonly #openers: VersionOpener[] = [];

  private constructor(options: PlaceDatasetsOptions, packs: PagePacks) {
    const { place, cacheBytes } = options;
    this.#place = place;
    this.packs = packs;
    this.pages = new PageReader(cacheBytes === undefined ? {} : { cacheBytes }, { source: packs });
    this.directory = new TreeDirectory(place.treesPath, place.tree.localTree);
    this.#liveFd = openLive(place);
  }

  static async open(options: PlaceDatasetsOptions): Promise<PlaceDatasets> {
    const packs = await PagePacks.open({ directory: options.place.pagesPath });
    try {
      return new PlaceDatasets(options, packs);
    } catch (error) {
      await packs.close();
      throw error;
    }
  }

  versions(record: DatasetRecord): VersionReader {
    const { tree, privateFd } = this.#place;
    const opener = new VersionOpener({ tree, record, liveFd: this.#liveFd, privateFd }, this);
    this.#openers.push(opener);
    return {
      catalog: new Catalog(record.maps, this),
      open: (gfid: Gfid, inode: Inode) => opener.open(gfid, inode),
      unchanged: (gfid: Gfid, inode: Inode, fd: number) => opener.unchanged(gfid, inode, fd),
      isLive: (fd: number) => opener.isLive(fd),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const opener of this.#openers) opener[Symbol.dispose]();
    if (this.#liveFd !== null) close(this.#liveFd);
    await this.packs.close();
  }
}

/** Null when the live tree is gone: what was kept can be read all the same. */
function openLive({ rootFd, livePath }: TreePlace): number | null {
  try {
    return openBeneath(rootFd, livePath, O_RDONLY | O_DIRECTORY);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null;
    throw sysToDm(error, 'open', livePath);
  }
}

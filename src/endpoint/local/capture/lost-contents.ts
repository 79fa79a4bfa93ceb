import { Catalog } from '../../../catalog/catalog.js';
import { diffMaps } from '../../../catalog/diff-maps.js';
import { decodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { decodeInode, inodeType, inodeVersion } from '../../../catalog/maps/inodes.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import type { DataRoot } from '../layout/data-root.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import { VersionOpener } from '../layout/open-version.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { loadSession } from '../receive/session-record.js';
import { sessionsOf } from '../receive/staging-area.js';
import { exclusiveBytes, sharesExtents } from '../space/exclusive-bytes.js';
import { close } from '../sys/open.js';
import { statFd } from '../sys/stat.js';

export interface LostContentsModules {
  readonly root: DataRoot;
  readonly directory: TreeDirectory;
  readonly pages: PageReader;
  step(name: string): void;
}

/** The contents of files that only one dataset of its tree has. */
export class LostContents implements Disposable {
  /** Of the version store. */
  removed = 0;
  readonly #record: DatasetRecord;
  readonly #modules: LostContentsModules;
  readonly #opener: VersionOpener;
  readonly #shares: boolean;

  constructor(record: DatasetRecord, modules: LostContentsModules) {
    const { root, directory } = modules;
    this.#record = record;
    this.#modules = modules;
    this.#shares = sharesExtents(root.privateFd);
    // Without the live tree: what is found is what this place keeps.
    const place = { tree: directory.load(), record, liveFd: null, privateFd: root.privateFd };
    this.#opener = new VersionOpener(place, modules);
  }

  [Symbol.dispose](): void {
    this.#opener[Symbol.dispose]();
  }

  /**
   * Unlinks them and returns the storage that comes free, with those of a snapshot, which are left for its deletion. The
   * difference with the dataset before it names the candidates; they are looked up in all others, for after a
   * rollback a content may be in datasets that are not neighbours, and in copies that are under way.
   */
  async remove(signal: AbortSignal): Promise<bigint> {
    let freed = 0n;
    for await (const [gfid, inode] of this.#find(this.#modules.directory.listDatasets(), signal)) {
      const bytes = await this.#bytesOf(gfid, inode);
      if (bytes === null) continue;
      freed += bytes;
      this.#modules.step('version');
      if (this.#modules.directory.versions.remove(gfid, inode.version)) this.removed++;
    }
    return freed;
  }

  /** Returns the storage that they alone take. `others` are the datasets of the tree without this one, as they were committed. */
  async measure(others: readonly DatasetRecord[], signal: AbortSignal): Promise<bigint> {
    let bytes = 0n;
    for await (const [gfid, inode] of this.#find(others, signal)) {
      bytes += (await this.#bytesOf(gfid, inode)) ?? 0n;
    }
    return bytes;
  }

  async *#find(
    remaining: readonly DatasetRecord[],
    signal: AbortSignal,
  ): AsyncGenerator<readonly [Gfid, Inode]> {
    const { directory, pages } = this.#modules;
    const { state, committedAtMs } = this.#record;
    const isNewest = state === 'INPROGRESS';
    const at = remaining.findLastIndex((one) => isNewest || one.committedAtMs <= committedAtMs);
    const nearest = remaining[at] ?? remaining[0];
    // The one behind it has most of what the dataset before had not.
    const next = remaining[Math.max(at, 0) + 1];
    let others: Catalog[] | null = null;
    // Most datasets have nothing alone.
    const openOthers = (): Catalog[] =>
      [...(next ? [next] : []), ...remaining.filter((one) => one !== next)]
        .filter((one) => one !== nearest)
        .concat(draftsOf(directory))
        .map((one) => new Catalog(one.maps, { pages }));
    const changes = diffMaps({
      before: { root: nearest?.maps.inodes ?? null, pages },
      after: { root: this.#record.maps.inodes, pages },
      signal,
    });
    for await (const batch of changes) {
      for (const { key, before, after } of batch) {
        if (after === null || inodeType(after) !== 'file') continue;
        const version = inodeVersion(after);
        if (before !== null && inodeVersion(before) === version) continue;
        others ??= openOthers();
        if (await isInAny(others, key, version)) continue;
        yield [decodeGfidKey(key), decodeInode(after)];
      }
    }
  }

  /** Null when this place does not keep the content. */
  async #bytesOf(gfid: Gfid, inode: Inode): Promise<bigint | null> {
    const fd = await this.#opener.openKept(gfid, inode);
    if (fd === null) return null;
    try {
      // What has another name too stays.
      const isNamed = statFd(fd).nlink > 1 && !this.#isInSnapshot;
      return isNamed ? 0n : exclusiveBytes(fd, this.#shares);
    } finally {
      close(fd);
    }
  }

  get #isInSnapshot(): boolean {
    return this.#record.provider === 'snapshot';
  }
}

/** What copies that are under way will be: their lanes put contents into the store before they are recorded. */
function draftsOf(directory: TreeDirectory): DatasetRecord[] {
  return sessionsOf(directory).flatMap((session) => loadSession(directory, session)?.draft ?? []);
}

async function isInAny(
  catalogs: readonly Catalog[],
  key: Uint8Array,
  version: bigint,
): Promise<boolean> {
  for (const catalog of catalogs) {
    const inode = await catalog.inodes.get(key);
    if (inode !== null && inodeVersion(inode) === version) return true;
  }
  return false;
}

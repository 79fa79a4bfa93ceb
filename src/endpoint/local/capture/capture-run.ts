import { Catalog } from '../../../catalog/catalog.js';
import { type CatalogRoots, EMPTY_ROOTS } from '../../../catalog/catalog-roots.js';
import { diffMaps } from '../../../catalog/diff-maps.js';
import { MapReader } from '../../../catalog/map-reader.js';
import { decodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import { rootDigest } from '../../../catalog/root-digest.js';
import type { ContentDigestState } from '../../../model/dataset.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { PagePacks } from '../../../repository/page-packs.js';
import { InodeCounts } from '../../changes/inode-counts.js';
import type { TargetStatistics } from '../../target.js';
import type { DataRoot } from '../layout/data-root.js';
import type { DatasetMaps, DatasetRecord } from '../layout/dataset-record.js';
import { readFileClock } from '../layout/file-clock.js';
import { GfidMint } from '../layout/gfid-mint.js';
import type { LocalTree } from '../layout/local-tree.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { syncfs } from '../sys/data.js';
import { statFilesystem } from '../sys/filesystem.js';
import { close } from '../sys/open.js';
import { OwnerNames } from '../sys/owner-names.js';
import { type AppliedScan, applyScan } from './apply-scan.js';
import { captureContents } from './capture-contents.js';
import type { CaptureInput, CaptureProgress, CaptureResult } from './capture-input.js';
import { Excludes } from './excludes.js';
import { contentVersionOf } from './leftovers.js';
import type { OpenBase } from './open-base.js';
import { chooseProvider, type ProviderChoice } from './providers/choose-provider.js';
import { StoreContent } from './providers/store-content.js';
import { type TreeSnapshot, takeSnapshot } from './providers/tree-snapshot.js';
import { Scan } from './scan.js';
import { scanScope } from './scan-scope.js';
import type { EntryLook, ScanOptions } from './scan-types.js';

/** Files that were replaced between the walk and their capture are looked for again this often. */
const CONTENT_ROUNDS = 3;

export interface CaptureRunOptions {
  readonly input: CaptureInput;
  readonly tree: LocalTree;
  readonly base: OpenBase;
  readonly onProgress: (progress: CaptureProgress) => Promise<void>;
  readonly signal: AbortSignal;
  readonly look: EntryLook | undefined;
}

export interface CaptureRunModules {
  readonly root: DataRoot;
  readonly directory: TreeDirectory;
  readonly packs: PagePacks;
  readonly pages: PageReader;
}

/** One capture, from the moment its id is recorded to its record. */
export class CaptureRun {
  readonly #options: CaptureRunOptions;
  readonly #modules: CaptureRunModules;
  readonly #former: DatasetRecord | null;
  readonly #catalog: Catalog;
  readonly #owners = new OwnerNames();
  readonly #mint: GfidMint;
  readonly #progress = { files: 0, bytes: 0n };
  readonly #startedAt = performance.now();

  constructor(options: CaptureRunOptions, modules: CaptureRunModules) {
    const { tree, input } = options;
    this.#options = options;
    this.#modules = modules;
    this.#former = tree.head === null ? null : modules.directory.readCatalogOf(tree.head);
    if (tree.head !== null && this.#former === null) {
      throw new DmError(
        'corrupt',
        `dataset ${tree.head}, at which ${Buffer.from(tree.basePath)} stands, has no record; restore it`,
      );
    }
    this.#catalog = new Catalog(this.#former?.maps ?? EMPTY_ROOTS, modules);
    this.#mint = new GfidMint(tree, input.system);
  }

  async run(): Promise<CaptureResult> {
    const { input, tree, base, signal } = this.#options;
    const { root, directory } = this.#modules;
    // Before the sync: what is written between the two must count as racy.
    const racySinceNs = readFileClock(root.privatePath());
    syncfs(base.fd);
    const choice = chooseProvider(input.provider, base.fd, root.privateFd);
    const snapshot =
      choice.provider === 'snapshot'
        ? takeSnapshot(base.fd, root.privateFd, directory, input.id)
        : null;
    try {
      const options = await this.#scanOptions(choice, snapshot, racySinceNs);
      const previous = {
        catalog: this.#catalog,
        bindings: new MapReader(this.#modules.pages, tree.bindings),
        inodeIndex: new MapReader(this.#modules.pages, tree.inodeIndex),
        suspects: await this.#suspects(),
      };
      using scan = new Scan(options, {
        previous,
        mint: this.#mint,
        owners: this.#owners,
        ...(this.#options.look === undefined ? {} : { look: this.#options.look }),
      });
      const { scope, how } = await scanScope(
        { tree, former: this.#former, snapshot, excludes: input.excludes },
        { ...previous, privateFd: root.privateFd, directory },
        signal,
      );
      await scan.walk(scope);
      this.#checkNotEmptied(scan);
      if (choice.provider === 'clone' || choice.provider === 'copy') {
        await this.#captureContents(scan, choice.provider, options);
      }
      await scan.derive();
      signal.throwIfAborted();
      return await this.#commit(scan, how, choice, snapshot);
    } finally {
      if (snapshot !== null) close(snapshot.baseFd);
    }
  }

  async #scanOptions(
    { provider }: ProviderChoice,
    snapshot: TreeSnapshot | null,
    racySinceNs: bigint,
  ): Promise<ScanOptions> {
    const { input, tree, base, signal } = this.#options;
    const { root, directory } = this.#modules;
    const stores = provider === 'clone' || provider === 'copy';
    const storedBefore = tree.previousProvider === 'clone' || tree.previousProvider === 'copy';
    return {
      baseFd: snapshot?.baseFd ?? base.fd,
      excludes: new Excludes(input.excludes),
      privateDirectories: [root.privateIdentity, ...input.otherPrivateDirectories],
      isSnapshot: snapshot !== null,
      liveDevice: base.identity.device,
      newVersion: contentVersionOf(input.id),
      // Of a `live` tree whose bytes are nowhere else, older datasets find them by the version that they are bound to.
      content: stores ? 'list' : provider === 'live' && !storedBefore ? 'compare' : 'observe',
      isStored:
        stores && !storedBefore && tree.head !== null
          ? (gfid, version) => directory.versions.has(gfid, version)
          : null,
      racySinceNs,
      scratch: directory.scratchPath,
      signal,
      onProgress: (entries) => this.#tell('scanning', entries),
    };
  }

  /** What the last dataset lacks is looked at again, whatever its times say. */
  async #suspects(): Promise<Set<Gfid>> {
    const suspects = new Set<Gfid>();
    for await (const batch of this.#catalog.exceptions.range()) {
      for (const { key } of batch) suspects.add(decodeGfidKey(key));
    }
    return suspects;
  }

  #checkNotEmptied(scan: Scan): void {
    const { input, tree } = this.#options;
    if (scan.topEntries !== 0 || tree.baseEntries === 0 || input.acceptSource) return;
    throw new DmError(
      'source_suspicious',
      `${Buffer.from(input.basePath)} is empty and had ${tree.baseEntries} entries before; check that its file system is mounted`,
    );
  }

  async #captureContents(
    scan: Scan,
    provider: 'clone' | 'copy',
    { baseFd, racySinceNs, newVersion }: ScanOptions,
  ): Promise<void> {
    const { signal } = this.#options;
    const { directory } = this.#modules;
    if (provider === 'copy') this.#checkSpace(scan.notes.contentBytes);
    using store = new StoreContent(
      { provider, newVersion, signal },
      { versions: directory.versions },
    );
    const modules = { scan, store, owners: this.#owners, previous: this.#catalog };
    const totals = { totalFiles: scan.notes.contentFiles, totalBytes: scan.notes.contentSize };
    const onProgress = () => this.#tell('capturing', scan.entriesSeen, totals);
    for (let round = 1; ; round++) {
      const options = {
        baseFd,
        racySinceNs,
        signal,
        onProgress,
        lastRound: round === CONTENT_ROUNDS,
      };
      const gone = await captureContents(options, modules, this.#progress);
      if (gone === 0 || round === CONTENT_ROUNDS) return;
      await scan.settle();
    }
  }

  /** Said beforehand: a full disk half way helps nobody. */
  #checkSpace(needed: bigint): void {
    const { input } = this.#options;
    const { freeBytes, totalBytes } = statFilesystem(this.#modules.root.privateFd);
    const kept = (totalBytes * BigInt(input.minFreePercent)) / 100n;
    if (needed + kept <= freeBytes) return;
    throw new DmError(
      'no_space',
      `capturing ${Buffer.from(input.basePath)} by copies needs ${needed} bytes, and ${freeBytes} are free of which ${kept} are to stay free (--min-free); free space, or capture without copies (creation snapshot none)`,
      { data: { needed: Number(needed), free: Number(freeBytes), keep: Number(kept) } },
    );
  }

  async #commit(
    scan: Scan,
    how: string,
    choice: ProviderChoice,
    snapshot: TreeSnapshot | null,
  ): Promise<CaptureResult> {
    const { input, tree, signal } = this.#options;
    const { root, directory, packs, pages } = this.#modules;
    await this.#tell('writing', scan.entriesSeen);
    for (const failures of scan.result.allFailures()) {
      await this.#tell('writing', scan.entriesSeen, { failures });
    }
    const former = {
      maps: this.#former?.maps ?? EMPTY_ROOTS,
      live: { bindings: tree.bindings, inodeIndex: tree.inodeIndex },
    };
    const applied = await applyScan(scan, former, { pages, sink: packs }, signal);
    const record = this.#record(scan, how, choice, snapshot, applied.maps);
    if (record.maps.exceptions !== null && input.partial === 'fail') {
      throw new DmError(
        'partial',
        `${record.maps.exceptions.count} entries of ${Buffer.from(input.basePath)} could not be captured; the first is ${scan.result.failures[0]?.message ?? 'not listed'}`,
      );
    }
    for (const [gfid, version] of scan.result.orphans) directory.versions.remove(gfid, version);
    await packs.sync();
    syncfs(root.privateFd);
    directory.commit(record, this.#nextTree(record, choice, applied));
    directory.pruneBookmarks(record.id);
    const { failures, changedFiles, removed } = scan.result;
    const before = this.#former?.maps ?? EMPTY_ROOTS;
    const statistics = await this.#statistics(before, record.maps);
    // Clones share their bytes, and a snapshot is one: only copies are read.
    const bytesRead = choice.provider === 'copy' ? Number(this.#progress.bytes) : 0;
    const { warningCount } = scan.notes;
    const { reason } = choice;
    const localTree = tree.localTree;
    return {
      ...{ record, localTree, reason, failures, warningCount, changedFiles, removed },
      ...{ statistics, bytesRead },
    };
  }

  async #statistics(before: CatalogRoots, after: CatalogRoots): Promise<TargetStatistics> {
    const { pages } = this.#modules;
    const { signal } = this.#options;
    const counts = new InodeCounts({ hasContent: () => true });
    const diff = (map: 'inodes' | 'links') =>
      diffMaps({
        before: { pages, root: before[map] },
        after: { pages, root: after[map] },
        signal,
      });
    for await (const changes of diff('inodes')) for (const change of changes) counts.inode(change);
    for await (const changes of diff('links')) for (const change of changes) counts.link(change);
    return counts.statistics(0);
  }

  #record(
    scan: Scan,
    how: string,
    { provider }: ProviderChoice,
    snapshot: TreeSnapshot | null,
    maps: DatasetMaps,
  ): DatasetRecord {
    const { input, tree } = this.#options;
    const { periodSeconds } = input.retention;
    // Retention counts from the commit, which may be hours after the start.
    const committedAtMs = input.nowMs + Math.round(performance.now() - this.#startedAt);
    const bytes = (this.#former?.bytes ?? 0n) + scan.result.bytesDelta;
    return {
      id: input.id,
      tree: tree.tree,
      parents: this.#former === null ? [] : [this.#former.id],
      rootDigest: rootDigest(maps),
      contentDigest: maps.content?.digest ?? null,
      contentDigestState: this.#digestState(provider, maps, bytes),
      name: input.name,
      originSystem: input.system,
      originBasePath: input.basePath,
      createdAtMs: input.nowMs,
      entries: maps.entries?.count ?? 0,
      bytes,
      incarnations: this.#mint.state.incarnations,
      excludes: input.excludes,
      type: 'FILE',
      state: maps.exceptions === null ? 'COMPLETE' : 'COMPLETE_PARTIAL',
      basePath: input.basePath,
      subpaths: [],
      provider,
      maps,
      warnings: scan.notes.warnings,
      committedAtMs,
      retention: input.retention,
      expiresAtMs: periodSeconds === null ? null : committedAtMs + periodSeconds * 1000,
      signature: null,
      from: '',
      snapshotBase: snapshot?.base ?? null,
      scan: how,
    };
  }

  /** Only copies are read, and so hashed, when they are captured. */
  #digestState(provider: string, maps: DatasetMaps, bytes: bigint): ContentDigestState {
    if (bytes === 0n) return 'full';
    if (maps.content === null) return 'none';
    const formerFull = this.#former === null || this.#former.contentDigestState === 'full';
    return formerFull && provider === 'copy' ? 'full' : 'partial';
  }

  #nextTree(record: DatasetRecord, choice: ProviderChoice, { live }: AppliedScan): LocalTree {
    return {
      ...this.#options.tree,
      ...live,
      ...this.#mint.state,
      head: record.id,
      base: this.#options.base.identity,
      baseEntries: record.entries,
      previousProvider: choice.provider,
      capturing: null,
    };
  }

  #tell(
    phase: CaptureProgress['phase'],
    entries: number,
    more: Partial<CaptureProgress> = {},
  ): Promise<void> {
    return this.#options.onProgress({ phase, entries, ...this.#progress, ...more });
  }
}

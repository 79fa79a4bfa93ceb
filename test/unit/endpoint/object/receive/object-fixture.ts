import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { releaseMemory } from '../../../../../src/endpoint/local/sys/release-memory.js';
import { deleteStoredDataset } from '../../../../../src/endpoint/object/delete-dataset.js';
import { MasterKeys } from '../../../../../src/endpoint/object/master-keys.js';
import { ObjectSource } from '../../../../../src/endpoint/object/object-source.js';
import { ObjectTarget } from '../../../../../src/endpoint/object/object-target.js';
import { DatasetNumbers } from '../../../../../src/endpoint/object/receive/give-number.js';
import type { TrustModules } from '../../../../../src/endpoint/object/require-trusted.js';
import { DirectoryStore } from '../../../../../src/endpoint/object/store/directory/directory-store.js';
import { ReceiveSessions } from '../../../../../src/endpoint/receive/receive-sessions.js';
import type { Source } from '../../../../../src/endpoint/source.js';
import type { CommitResult, Offer } from '../../../../../src/endpoint/target.js';
import { copyDataset } from '../../../../../src/engine/copy.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import type { ObjectStore } from '../../../../../src/repository/object-store.js';
import type { RecordSigner } from '../../../../../src/repository/record-signature.js';
import { systemClock } from '../../../../../src/util/clock.js';
import { WorkerPool } from '../../../../../src/worker/pool.js';
import { RepositoryReader } from '../../../../support/repository-reader.js';
import { CopyFixture } from '../../local/receive/copy-fixture.js';

const ENTRY = new URL('../../../../../src/assembly/worker-entry.js', import.meta.url);
const LANES = 2;
export const BASE_PATH = 'backup/data';

/** A source tree, a directory as an object store, and backups of the one in the other. */
export class ObjectFixture implements AsyncDisposable {
  readonly signal = new AbortController().signal;
  readonly copy = new CopyFixture(tmpdir());
  readonly directory: string;
  readonly #basePath: string;
  readonly workPath = mkdtempSync(join(tmpdir(), 'object-work-'));
  readonly pool = new WorkerPool({ size: 4, entry: ENTRY });
  readonly warnings: string[] = [];
  secret: Uint8Array | null = null;
  /** Milliseconds since 1970, of the agent that makes backups. */
  now = Date.now;
  /** Seconds that datasets stay; null: for an unknown time. */
  keepSeconds: number | null = null;
  /** Parts of the source instead of all of it; then always a full copy. */
  subpaths: readonly Buffer[] = [];
  /** Plain objects instead of backups. */
  plain = false;
  /** Whom records are to be signed by, and what was seen of them; nobody and nothing unless set. */
  trust: TrustModules = {};
  /** Who signs. */
  signer: RecordSigner | null = null;
  /** Of all targets, as an agent has them. */
  readonly sessions = new ReceiveSessions();
  /** Runs the tasks of targets, where a test puts itself between. */
  lanePool: WorkerPool = this.pool;
  /** Unwrapping is made to take long. */
  readonly masters = new MasterKeys();
  readonly #stores: AsyncDisposable[] = [];

  /** `directory`: the store of another fixture. */
  constructor(directory = mkdtempSync(join(tmpdir(), 'object-store-')), basePath = BASE_PATH) {
    this.directory = directory;
    this.#basePath = basePath;
  }

  /** What the target sees of the store; replaced by tests that disturb it. */
  wrap: (store: ObjectStore) => ObjectStore = (store) => store;

  async openStore(): Promise<ObjectStore> {
    const store = await DirectoryStore.open(
      { path: this.directory, singleWriter: false },
      { clock: systemClock, randomBytes },
    );
    this.#stores.push(store);
    return this.wrap(store);
  }

  /** A target as an agent that has just started has it. */
  async makeTarget(): Promise<ObjectTarget> {
    return new ObjectTarget(
      { workPath: this.workPath, secret: this.secret },
      {
        store: await this.openStore(),
        masters: this.masters,
        pool: this.lanePool,
        sessions: this.sessions,
        numbers: new DatasetNumbers(),
        releaseMemory,
        ...this.trust,
        signer: () => this.signer,
        now: () => this.now(),
        log: { warn: (_fields, message) => void this.warnings.push(message) },
      },
    );
  }

  async makeSource(): Promise<ObjectSource> {
    const modules = { store: await this.openStore(), masters: this.masters, ...this.trust };
    return new ObjectSource({ secret: this.secret }, modules);
  }

  /** Deletes a dataset as an agent does that knows nothing of the sessions here. */
  async deleteDataset(number: number, store?: ObjectStore): Promise<void> {
    const modules = { store: store ?? (await this.openStore()), sessions: new ReceiveSessions() };
    await deleteStoredDataset(number, modules, this.signal);
  }

  /** The warnings of each dataset, oldest first. */
  async warningsOfDatasets(): Promise<string[][]> {
    const found: string[][] = [];
    const source = await this.makeSource();
    for await (const dataset of source.listDatasets({}, this.signal)) {
      found.push(dataset.warnings.map(({ code }) => code));
    }
    return found;
  }

  /** Captures the source tree and backs it up on top of the newest backup. */
  async backUp(dataset?: DatasetInfo): Promise<CommitResult> {
    const captured = dataset ?? (await this.copy.capture());
    return this.take(this.copy.makeSource(), captured);
  }

  /** Backs up a dataset of any source. */
  async take(source: Source, dataset: DatasetInfo): Promise<CommitResult> {
    const target = await this.makeTarget();
    const { head } = await target.inspect(Buffer.from(this.#basePath), this.signal);
    const observer = {
      phase: () => undefined,
      resumed: () => undefined,
      sent: () => undefined,
      applied: () => undefined,
      failed: () => undefined,
      wholeAgain: () => undefined,
      applying: () => undefined,
    };
    return copyDataset(
      {
        dataset,
        base: this.subpaths.length > 0 ? null : head,
        offer: this.offer,
        partial: 'allow',
      },
      { source, target, observer },
      this.signal,
    );
  }

  get offer(): Omit<Offer, 'dataset' | 'base'> {
    return {
      subpaths: this.subpaths,
      targetPath: Buffer.from(this.#basePath),
      createDataset: true,
      retention: { periodSeconds: this.keepSeconds, reserve: 0 },
      owner: '',
      adopt: false,
      reconnect: false,
      onDrift: 'repair',
      maxDelete: null,
      lanes: LANES,
      plain: this.plain,
    };
  }

  reader(master: Uint8Array | null = null): RepositoryReader {
    return new RepositoryReader(this.directory, this.#basePath, master);
  }

  /** Ends it and leaves the store, which is another fixture's. */
  async leave(): Promise<void> {
    await this.pool[Symbol.asyncDispose]();
    for (const store of this.#stores) await store[Symbol.asyncDispose]();
    await this.copy[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
    for (const path of [this.directory, this.workPath])
      rmSync(path, { recursive: true, force: true });
  }
}

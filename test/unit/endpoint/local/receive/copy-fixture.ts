import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CopyObserver } from '../../../../../src/endpoint/copy-task.js';
import { captureDataset } from '../../../../../src/endpoint/local/capture/capture-task.js';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import { DatasetRecordCache } from '../../../../../src/endpoint/local/layout/dataset-record-cache.js';
import { LocalDatasets } from '../../../../../src/endpoint/local/local-datasets.js';
import { LocalSource } from '../../../../../src/endpoint/local/local-source.js';
import {
  LocalTarget,
  type LocalTargetModules,
} from '../../../../../src/endpoint/local/local-target.js';
import { OpenDatasets } from '../../../../../src/endpoint/local/open-datasets.js';
import type { VerifyMessage } from '../../../../../src/endpoint/local/verify/verify-input.js';
import { verifyDataset } from '../../../../../src/endpoint/local/verify/verify-task.js';
import type { Source } from '../../../../../src/endpoint/source.js';
import type { CommitResult, Offer, TargetProgress } from '../../../../../src/endpoint/target.js';
import { copyDataset } from '../../../../../src/engine/copy.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { DmError } from '../../../../../src/model/error.js';
import { parseDatasetId, parseSystemGuid } from '../../../../../src/model/ids.js';
import { WorkerPool } from '../../../../../src/worker/pool.js';
import { type CompareOptions, differences } from '../../../../support/walker.js';

const SYSTEM = parseSystemGuid('0123456789ABCDEF0123456789ABCDEF0123');
const ENTRY = new URL('../../../../../src/endpoint/local/worker-entry.js', import.meta.url);
export const LANES = 2;

export interface CopyOutcome {
  readonly result: CommitResult;
  readonly failures: { code: string; path: string }[];
  /** Files that had to be sent whole. */
  readonly whole: number;
  readonly progress: TargetProgress[];
}

/** A source tree and a target below roots of their own, and everything that copies between them. */
export class CopyFixture implements AsyncDisposable {
  readonly signal = new AbortController().signal;
  readonly sourceParent: string;
  readonly parent: string;
  /** The tree that datasets are made of. */
  readonly source: string;
  readonly sourceRoot: DataRoot;
  /** Where they are received; nothing is there at first. */
  readonly target: string;
  readonly targetRoot: DataRoot;
  readonly pool = new WorkerPool({ size: 8, entry: ENTRY });
  readonly datasets: LocalDatasets;
  readonly holds = new OpenDatasets();
  readonly #numbers = new Map<string, number>();

  /** The root of the target is made in `parent`, that of the source in `sourceParent`. */
  constructor(parent: string, sourceParent = parent) {
    this.sourceParent = mkdtempSync(join(sourceParent, 'copy-source-'));
    this.parent = mkdtempSync(join(parent, 'copy-target-'));
    this.source = join(this.sourceParent, 'data');
    this.target = join(this.parent, 'copy');
    mkdirSync(this.source);
    this.sourceRoot = DataRoot.open(Buffer.from(this.sourceParent));
    this.targetRoot = DataRoot.open(Buffer.from(this.parent));
    const numbers = {
      numbersOf: async (datasets: readonly { localTree: string; id: string }[]) =>
        datasets.map(({ localTree, id }) => {
          const key = `${localTree}/${id}`;
          const number = this.#numbers.get(key) ?? this.#numbers.size + 1;
          this.#numbers.set(key, number);
          return number;
        }),
      find: async () => null,
      locks: async () => () => [],
    };
    const roots = [this.sourceRoot, this.targetRoot];
    this.datasets = new LocalDatasets({ roots }, { numbers, records: new DatasetRecordCache() });
  }

  /** Runs a shell script in the source tree, or in another directory; returns what it printed. */
  sh(script: string, directory = this.source): string {
    return execFileSync('bash', ['-euc', script], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
  }

  /** A dataset of the source, or of the tree at the target. */
  async capture(
    provider: 'auto' | 'none' = 'auto',
    end: 'source' | 'target' = 'source',
  ): Promise<DatasetInfo> {
    const path = Buffer.from(end === 'source' ? this.source : this.target);
    const id = parseDatasetId(randomBytes(16).toString('hex'));
    await captureDataset(
      {
        root: (end === 'source' ? this.sourceRoot : this.targetRoot).path,
        basePath: path,
        name: 'test',
        excludes: [],
        provider,
        retention: { periodSeconds: null, reserve: 0 },
        system: SYSTEM,
        acceptSource: true,
        partial: 'allow',
        minFreePercent: 0,
        otherPrivateDirectories: [],
        nowMs: Date.now(),
        id,
      },
      async () => undefined,
      this.signal,
    );
    const placed = await this.datasets.get({ id, basePath: path });
    return this.datasets.infoOf(placed);
  }

  makeSource(): LocalSource {
    return new LocalSource(this);
  }

  makeTarget(privileged = true, log?: LocalTargetModules['log']): LocalTarget {
    const { pool, datasets, holds } = this;
    return new LocalTarget(
      { roots: [this.targetRoot], system: SYSTEM, privileged, minFreePercent: 0 },
      { pool, datasets, holds, now: () => Date.now(), ...(log && { log }) },
    );
  }

  offer(change: Partial<Offer> = {}): Omit<Offer, 'dataset' | 'base'> {
    return {
      subpaths: [],
      targetPath: Buffer.from(this.target),
      createDataset: true,
      retention: { periodSeconds: null, reserve: 0 },
      owner: 'policy',
      adopt: false,
      reconnect: false,
      onDrift: 'repair',
      maxDelete: null,
      lanes: LANES,
      ...change,
    };
  }

  async copy(
    dataset: DatasetInfo,
    base: DatasetInfo | null = null,
    options: {
      offer?: Partial<Offer>;
      source?: Source;
      target?: LocalTarget;
      partial?: 'allow' | 'fail';
    } = {},
  ): Promise<CopyOutcome> {
    const outcome = { failures: [] as CopyOutcome['failures'], whole: 0 };
    const progress: TargetProgress[] = [];
    const observer: CopyObserver = {
      phase: () => undefined,
      resumed: () => undefined,
      sent: () => undefined,
      applied: () => undefined,
      failed: (failures) => {
        for (const { code, path } of failures) {
          outcome.failures.push({ code, path: Buffer.from(path).toString() });
        }
      },
      wholeAgain: (count) => {
        outcome.whole += count;
      },
      applying: (done, total) => progress.push({ phase: 'applying', done, total }),
    };
    const result = await copyDataset(
      {
        dataset,
        base: base && { id: base.id, rootDigest: base.rootDigest },
        offer: this.offer(options.offer),
        partial: options.partial ?? 'allow',
      },
      {
        source: options.source ?? this.makeSource(),
        target: options.target ?? this.makeTarget(),
        observer,
      },
      this.signal,
    );
    return { ...outcome, progress, result };
  }

  /** The error that a copy is refused with. */
  async refusal(work: Promise<unknown>): Promise<DmError> {
    try {
      await work;
    } catch (error) {
      if (error instanceof DmError) return error;
      throw error;
    }
    throw new Error('it was not refused');
  }

  expectSame(options: CompareOptions = {}): void {
    expect(differences(this.source, this.target, options)).to.deep.equal([]);
  }

  /** Paths that are bad in the dataset at the target, each with its code. */
  async bad({ id }: DatasetInfo): Promise<string[]> {
    const [found] = this.targetRoot.trees();
    if (found === undefined) throw new Error('nothing was received');
    const bad: string[] = [];
    const emit = async (message: VerifyMessage) => {
      if (message.kind === 'bad') bad.push(`${Buffer.from(message.path)} ${message.code}`);
    };
    const input = { root: this.targetRoot.path, localTree: found.tree.localTree, id };
    await verifyDataset(input, emit, this.signal);
    return bad;
  }

  /** The datasets at the target. */
  async received(): Promise<DatasetInfo[]> {
    const found: DatasetInfo[] = [];
    const basePath = Buffer.from(this.target);
    for await (const info of this.makeTarget().listDatasets({ basePath }, this.signal)) {
      found.push(info);
    }
    return found;
  }

  /** Nothing of a session may be left. */
  expectNoStaging(): void {
    for (const { directory } of this.targetRoot.trees()) {
      const left = execFileSync('ls', [
        '-A',
        directory.stagingPath.replace('/self/', `/${process.pid}/`),
      ]);
      expect(left.toString()).to.equal('');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool[Symbol.asyncDispose]();
    this.sourceRoot.close();
    this.targetRoot.close();
    for (const path of [this.sourceParent, this.parent]) {
      spawnSync('chattr', ['-R', '-f', '-i', '-a', path], { stdio: 'ignore' });
      rmSync(path, { recursive: true, force: true });
    }
  }
}

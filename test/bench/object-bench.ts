import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { differences } from '../support/walker.js';
import { type BackupStores, DirectoryStores, S3Stores } from './backup-stores.js';
import type { ChangeCase } from './cases.js';
import { directoryAccount, ObjectAgent, s3Account } from './object-agent.js';
import {
  makeBorg,
  makePlainPuts,
  makeRclone,
  makeRestic,
  makeResticOnS3,
  type ObjectProgram,
} from './object-programs.js';
import { type ObjectRun, printObjectCase } from './object-report.js';
import { BenchPlaces } from './places.js';
import type { ProcessUse } from './process-meter.js';

export interface ObjectBenchOptions {
  readonly rounds: number;
  readonly sizeMiB: number;
}

export interface ObjectCase {
  /** Backups into directories, or into an S3 server in memory. */
  readonly store: 'directory' | 's3';
  readonly sizeMiB: number;
  readonly first: string;
  readonly later: readonly ChangeCase[];
  /** Name of the restore at the end. */
  readonly restore: string;
  make(into: string): void;
}

/** The repositories of as many programs, and one restored tree at a time. */
const COPIES = 6;

/** Backups of one tree by several programs in turn, and what they restore. */
export class ObjectBench implements Disposable {
  readonly #options: ObjectBenchOptions;
  readonly #places: BenchPlaces;
  readonly #runs = new Map<string, ObjectRun[]>();

  constructor(options: ObjectBenchOptions) {
    this.#options = options;
    const { sizeMiB } = options;
    const where = { source: 'btrfs', target: 'xfs' } as const;
    this.#places = new BenchPlaces({ ...where, sizeMiB, copies: COPIES, isSending: false });
  }

  async run(what: ObjectCase): Promise<string[]> {
    this.#places.makeInput(what.make);
    for (let round = 1; round <= this.#options.rounds; round++) await this.#round(what, round);
    return [...this.#runs].map(([name, runs]) => printObjectCase(name, runs));
  }

  [Symbol.dispose](): void {
    this.#places[Symbol.dispose]();
  }

  async #round({ first, later, restore, store }: ObjectCase, round: number): Promise<void> {
    const { root, tree: source } = this.#places.sourceOf(round);
    const target = join(this.#places.target, `round-${round}`);
    // Stores lie outside every data root.
    const receiving = join(target, 'root');
    const restored = join(receiving, 'restored');
    const work = join(target, 'work');
    for (const path of [target, receiving, work]) mkdirSync(path);
    const roots = [root, receiving];
    const chosen =
      store === 's3'
        ? await onS3({ roots, work })
        : await inDirectories({ roots, work, stores: join(target, 'stores') });
    await using stores = chosen.stores;
    await using agent = chosen.agent;
    const programs: readonly ObjectProgram[] = [...chosen.others, agent];
    const steps = [{ name: first, change: () => undefined }, ...later];
    for (const [index, { name, change }] of steps.entries()) {
      change(source, round);
      this.#places.sync();
      for (const program of programs) {
        if (index > 0 && program.restore === null) continue;
        await this.#time(name, program.name, stores, () => program.backUp(source));
      }
    }
    for (const program of programs) {
      if (program.restore === null) continue;
      const into = program.restore.bind(program);
      mkdirSync(restored);
      let at = restored;
      await this.#time(restore, program.name, stores, async () => {
        const { use, at: found } = await into(source, restored);
        at = found;
        return use;
      });
      requireRestored(program, source, at);
      rmSync(restored, { recursive: true });
    }
    rmSync(target, { recursive: true });
  }

  /** The time until everything is durable, begun without anything in the page cache. */
  async #time(
    name: string,
    program: string,
    stores: BackupStores,
    work: () => Promise<ProcessUse | null>,
  ): Promise<void> {
    const before = await stores.use(program);
    this.#places.forget();
    const start = performance.now();
    const use = await work();
    execFileSync('sync', ['-f', this.#places.target]);
    const seconds = (performance.now() - start) / 1000;
    const after = await stores.use(program);
    process.stderr.write(`${name}: ${program} ${seconds.toFixed(2)} s\n`);
    const run: ObjectRun = {
      ...{ program, seconds, use, storedBytes: after.bytes - before.bytes },
      requests: after.requests === null ? null : after.requests - (before.requests ?? 0),
    };
    this.#runs.set(name, [...(this.#runs.get(name) ?? []), run]);
  }
}

/** The programs of one round, `dm` last, and where they keep their backups. */
interface Chosen {
  readonly stores: BackupStores;
  readonly agent: ObjectAgent;
  readonly others: readonly ObjectProgram[];
}

async function inDirectories(given: {
  readonly roots: readonly string[];
  readonly work: string;
  readonly stores: string;
}): Promise<Chosen> {
  const { roots, work } = given;
  const stores = new DirectoryStores(given.stores);
  const agent = await ObjectAgent.open({ roots, account: directoryAccount(stores.of('dm')) });
  const restic = await makeRestic(stores.of('restic'), work);
  return { stores, agent, others: [restic, await makeBorg(stores, work)] };
}

async function onS3({ roots, work }: { roots: readonly string[]; work: string }): Promise<Chosen> {
  const stores = await S3Stores.open();
  const agent = await ObjectAgent.open({ roots, account: s3Account(stores) });
  const restic = await makeResticOnS3(stores, work);
  return { stores, agent, others: [makePlainPuts(stores), makeRclone(stores), restic] };
}

/** What `dm` restores has everything; of the others the names and the bytes are looked at. */
function requireRestored(program: ObjectProgram, source: string, at: string): void {
  if (program.name === 'dm') {
    const found = differences(source, at, { holes: false });
    if (found.length > 0) throw new Error(`dm restored something else:\n${found.join('\n')}`);
    return;
  }
  execFileSync('diff', ['-r', '-q', '--no-dereference', source, at]);
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountFilesystem, type TestFilesystem } from '../support/filesystems.js';
import { differences } from '../support/walker.js';
import type { ChangeCase } from './cases.js';
import { ObjectAgent } from './object-agent.js';
import { makeBorg, makeRestic, type ObjectProgram } from './object-programs.js';
import { type ObjectRun, printObjectCase } from './object-report.js';

export interface ObjectBenchOptions {
  readonly rounds: number;
  readonly sizeMiB: number;
}

export interface ObjectCase {
  readonly sizeMiB: number;
  readonly first: string;
  readonly later: readonly ChangeCase[];
  /** Name of the restore at the end. */
  readonly restore: string;
  make(into: string): void;
}

const SLACK_MIB = 2_048;
const PROGRAMS = 3;

/** Backups of one tree into directories by several programs in turn, and what they restore. */
export class ObjectBench implements Disposable {
  readonly #options: ObjectBenchOptions;
  readonly #source: TestFilesystem;
  readonly #target: TestFilesystem;
  readonly #runs = new Map<string, ObjectRun[]>();

  constructor(options: ObjectBenchOptions) {
    this.#options = options;
    this.#source = mountFilesystem('btrfs', 2 * options.sizeMiB + SLACK_MIB);
    // The repositories, and one restored tree at a time.
    this.#target = mountFilesystem('xfs', (PROGRAMS + 2) * options.sizeMiB + SLACK_MIB);
  }

  async run(what: ObjectCase): Promise<string[]> {
    const input = join(this.#source.path, 'input');
    execFileSync('btrfs', ['-q', 'subvolume', 'create', input]);
    what.make(join(input, 'tree'));
    for (let round = 1; round <= this.#options.rounds; round++) await this.#round(what, round);
    return [...this.#runs].map(([name, runs]) => printObjectCase(name, runs));
  }

  [Symbol.dispose](): void {
    this.#source.unmount();
    this.#target.unmount();
  }

  async #round({ first, later, restore }: ObjectCase, round: number): Promise<void> {
    const root = join(this.#source.path, `round-${round}`);
    const stores = join(this.#target.path, `round-${round}`);
    const restored = join(stores, 'restored');
    mkdirSync(root);
    mkdirSync(stores);
    const volume = join(root, 'volume');
    const input = join(this.#source.path, 'input');
    execFileSync('btrfs', ['-q', 'subvolume', 'snapshot', input, volume]);
    const source = join(volume, 'tree');
    const storeOf = (name: string): string => join(stores, name);
    await using agent = await ObjectAgent.open({ roots: [root, stores], store: storeOf('dm') });
    const programs: ObjectProgram[] = [
      await makeRestic(storeOf('restic')),
      await makeBorg(storeOf('borg')),
      agent,
    ];
    const steps = [{ name: first, change: () => undefined }, ...later];
    for (const { name, change } of steps) {
      change(source, round);
      execFileSync('sync', ['-f', source]);
      for (const program of programs) {
        const store = storeOf(program.name);
        const before = bytesBelow(store);
        await this.#time(name, program.name, async () => ({
          ...(await program.backUp(source)),
          storedBytes: () => bytesBelow(store) - before,
        }));
      }
    }
    for (const program of programs) {
      mkdirSync(restored);
      await this.#time(restore, program.name, async () => ({
        ...(await program.restore(source, restored)),
        storedBytes: () => 0,
      }));
      requireRestored(program, source, restored);
      rmSync(restored, { recursive: true });
    }
    rmSync(stores, { recursive: true });
  }

  /** The time until everything is durable, begun without anything in the page cache. */
  async #time(
    name: string,
    program: string,
    work: () => Promise<Omit<ObjectRun, 'program' | 'seconds' | 'storedBytes'> & Stored>,
  ): Promise<void> {
    execFileSync('sync', ['-f', this.#target.path]);
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    const start = performance.now();
    const { storedBytes, ...use } = await work();
    execFileSync('sync', ['-f', this.#target.path]);
    const seconds = (performance.now() - start) / 1000;
    process.stderr.write(`${name}: ${program} ${seconds.toFixed(2)} s\n`);
    const run = { program, seconds, ...use, storedBytes: storedBytes() };
    this.#runs.set(name, [...(this.#runs.get(name) ?? []), run]);
  }
}

interface Stored {
  readonly storedBytes: () => number;
}

function bytesBelow(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** What `dm` restores has everything; of the others the names and the bytes are looked at. */
function requireRestored(program: ObjectProgram, source: string, into: string): void {
  const at = program.restoredAt(source, into);
  if (program.name === 'dm') {
    const found = differences(source, at, { holes: false });
    if (found.length > 0) throw new Error(`dm restored something else:\n${found.join('\n')}`);
    return;
  }
  execFileSync('diff', ['-r', '-q', '--no-dereference', source, at]);
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backupVerifiers } from '../../src/assembly/verify-backup.js';
import { parsePackId } from '../../src/catalog/page-store.js';
import { doomedLists } from '../../src/endpoint/object/doomed-lists.js';
import type { MasterKeys } from '../../src/endpoint/object/master-keys.js';
import { ObjectSource } from '../../src/endpoint/object/object-source.js';
import { openRepository, type Repository } from '../../src/endpoint/object/repository.js';
import type { DatasetReader } from '../../src/endpoint/source.js';
import { DmError } from '../../src/model/error.js';
import { type Gfid, ROOT_GFID } from '../../src/model/ids.js';
import { checkIndexRun } from '../../src/repository/index-run-writer.js';
import type { ObjectStore } from '../../src/repository/object-store.js';
import type { Random } from './e2e-random.js';

export const FLIP_KINDS = [
  'packs/data',
  'packs/pages',
  'datasets',
  'index',
  'doomed',
  'numbers',
  'format.json',
] as const;
export type FlipKind = (typeof FLIP_KINDS)[number];

export interface FlipOptions {
  /** The directory that is the store, and the base path of the one repository there. */
  readonly directory: string;
  readonly basePath: string;
  readonly secret: Uint8Array | null;
  /** Numbers of its datasets. */
  readonly datasets: readonly number[];
  /** An empty directory. */
  readonly workPath: string;
}

/** What became of one flip. */
export interface Flip {
  readonly kind: FlipKind;
  readonly file: string;
  readonly offset: number;
  readonly bit: number;
  readonly outcome: 'found' | 'harmless';
}

/**
 * Flips single bits of the objects of a repository, one at a time, and looks what
 * verifying and restoring say. Throws when a restore gives something else than was stored
 * and says nothing, or when only the one notices.
 */
export class FlipRun {
  readonly #options: FlipOptions;
  readonly #store: ObjectStore;
  readonly #masters: MasterKeys;
  readonly #random: Random;
  readonly #signal = new AbortController().signal;
  readonly #expected = new Map<number, string>();
  readonly #files: Record<FlipKind, string[]>;

  private constructor(
    options: FlipOptions,
    modules: { store: ObjectStore; masters: MasterKeys; random: Random },
  ) {
    this.#options = options;
    this.#store = modules.store;
    this.#masters = modules.masters;
    this.#random = modules.random;
    const base = join(options.directory, options.basePath);
    const filesOf = (kind: FlipKind): string[] => {
      if (kind === 'format.json') return [join(base, kind)];
      const folder = join(kind === 'numbers' ? options.directory : base, kind);
      return readdirSync(folder).map((name) => join(folder, name));
    };
    this.#files = Object.fromEntries(FLIP_KINDS.map((kind) => [kind, filesOf(kind)])) as Record<
      FlipKind,
      string[]
    >;
  }

  static async open(
    options: FlipOptions,
    modules: { store: ObjectStore; masters: MasterKeys; random: Random },
  ): Promise<FlipRun> {
    const run = new FlipRun(options, modules);
    for (const number of options.datasets) {
      run.#expected.set(number, await run.#fingerprint(number));
      if (!(await run.#isGood(number))) throw new Error(`dataset ${number} is not good as it is`);
    }
    return run;
  }

  async flip(kind: FlipKind): Promise<Flip> {
    const files = this.#files[kind];
    const file = files[this.#random.below(files.length)] ?? '';
    const good = readFileSync(file);
    const offset = this.#random.below(good.length);
    const bit = this.#random.below(8);
    const damaged = Buffer.from(good);
    damaged[offset] = (good[offset] ?? 0) ^ (1 << bit);
    writeFileSync(file, damaged);
    try {
      const outcome = await this.#outcome(kind, file);
      return { kind, file, offset, bit, outcome };
    } catch (error) {
      throw new Error(`bit ${bit} of byte ${offset} of ${file}`, { cause: error });
    } finally {
      writeFileSync(file, good);
    }
  }

  async #outcome(kind: FlipKind, file: string): Promise<Flip['outcome']> {
    let found = await this.#foundByUser(kind, file);
    for (const number of this.#options.datasets) {
      const isGood = await this.#isGood(number);
      const restored = await isCorrupt(async () => {
        const fingerprint = await this.#fingerprint(number);
        if (fingerprint !== this.#expected.get(number)) {
          throw new Error(`dataset ${number} is restored as something else, and nothing is said`);
        }
      });
      // A restore may not use it; what it notices, verifying must notice.
      if (restored && isGood) throw new Error(`verifying dataset ${number} did not find it`);
      found ||= !isGood;
    }
    return found ? 'found' : 'harmless';
  }

  /** Objects that neither a restore nor verifying reads are checked by what does. */
  async #foundByUser(kind: FlipKind, file: string): Promise<boolean> {
    if (kind !== 'index' && kind !== 'doomed') return false;
    return isCorrupt(async () => {
      const repository = await this.#repository();
      if (kind === 'doomed') await doomedLists(repository, this.#store, this.#signal);
      else checkIndexRun(file, parsePackId(file.slice(-32)), repository.keys);
    });
  }

  async #repository(): Promise<Repository> {
    const path = Buffer.from(this.#options.basePath);
    const modules = { store: this.#store, masters: this.#masters };
    const repository = await openRepository(path, this.#options.secret, modules, this.#signal);
    if (repository === null) throw new Error('there is no repository');
    return repository;
  }

  #source(): ObjectSource {
    const modules = { store: this.#store, masters: this.#masters };
    return new ObjectSource({ secret: this.#options.secret }, modules);
  }

  async #isGood(number: number): Promise<boolean> {
    const { workPath } = this.#options;
    const source = this.#source();
    const { verify } = backupVerifiers({ source, store: this.#store, workPath });
    let bad = 0;
    const failed = await isCorrupt(async () => {
      bad = (await verify({ number }, () => undefined, this.#signal)).bad;
    });
    return !failed && bad === 0;
  }

  /** Everything of a dataset: names, metadata, content. */
  async #fingerprint(number: number): Promise<string> {
    await using reader = await this.#source().open({ number }, this.#signal);
    const hash = createHash('sha256');
    await this.#hashDirectory(reader, ROOT_GFID, hash);
    return hash.digest('hex');
  }

  async #hashDirectory(
    reader: DatasetReader,
    directory: Gfid,
    hash: ReturnType<typeof createHash>,
  ): Promise<void> {
    for await (const page of reader.list(directory, null, this.#signal)) {
      for (const { name, gfid, inode } of page) {
        hash.update(name).update(JSON.stringify(inode, bytesAndBigints));
        if (inode.type === 'dir') await this.#hashDirectory(reader, gfid, hash);
        if (inode.type !== 'file') continue;
        const chunks = reader.read(gfid, 0n, inode.size, this.#signal);
        for await (const chunk of chunks) hash.update(chunk);
      }
    }
  }
}

function bytesAndBigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

/** Whether work fails in a way that tells of damage; anything else is thrown on. */
async function isCorrupt(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    const code = error instanceof DmError ? error.code : '';
    const telling = ['corrupt', 'not_found', 'encryption_key', 'state_version', 'target_forbidden'];
    if (telling.includes(code)) return true;
    throw error;
  }
}

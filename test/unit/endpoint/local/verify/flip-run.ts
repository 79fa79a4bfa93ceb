import { closeSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MapReader } from '../../../../../src/catalog/map-reader.js';
import { PageReader } from '../../../../../src/catalog/page-reader.js';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import type { DatasetRecord } from '../../../../../src/endpoint/local/layout/dataset-record.js';
import type { LocalTree } from '../../../../../src/endpoint/local/layout/local-tree.js';
import { verifyDataset } from '../../../../../src/endpoint/local/verify/verify-task.js';
import type { Source } from '../../../../../src/endpoint/source.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { DmError } from '../../../../../src/model/error.js';
import { PagePacks } from '../../../../../src/repository/page-packs.js';
import type { Random } from '../../../../support/e2e-random.js';
import { differences } from '../../../../support/walker.js';
import { treeOf } from '../capture/capture-helpers.js';
import { CopyFixture } from '../receive/copy-fixture.js';

const TREE = `
  mkdir -p folder/deep; head -c 200000 /dev/urandom > big; for i in 1 2 3 4 5 6; do echo $i > folder/$i; done
  ln folder/1 folder/deep/linked; ln -s nowhere link; mkfifo pipe; setfattr -n user.note -v something folder/2
`;
const CHANGE = `
  printf Z | dd of=big bs=1 seek=70000 conv=notrunc status=none; echo new > folder/new; echo changed > folder/3
  mv folder/4 folder/deep/moved; rm folder/5
`;

export const FLIP_KINDS = ['version', 'page', 'dataset record', 'tree record'] as const;
export type FlipKind = (typeof FLIP_KINDS)[number];

/** What one look at a root tells. */
interface Look {
  /** What was noticed: messages and bad paths. */
  readonly noticed: readonly string[];
  /** Everything that could be read, one line for each thing. */
  readonly lines: readonly string[];
}

/** Two roots with two datasets each, in which single bits are flipped. */
export class FlipRun implements AsyncDisposable {
  readonly #fixture: CopyFixture;
  readonly #datasets: readonly [DatasetInfo, DatasetInfo];
  readonly #sound = new Map<string, Look>();

  private constructor(fixture: CopyFixture, datasets: readonly [DatasetInfo, DatasetInfo]) {
    this.#fixture = fixture;
    this.#datasets = datasets;
  }

  static async open(directory: string): Promise<FlipRun> {
    const fixture = new CopyFixture(directory);
    fixture.sh(TREE);
    const first = await fixture.capture();
    await fixture.copy(first);
    fixture.sh(CHANGE);
    const second = await fixture.capture();
    await fixture.copy(second, first);
    const run = new FlipRun(fixture, [first, second]);
    for (const root of run.roots) {
      // The first look makes the digests that are missing.
      await look(root);
      const sound = await look(root);
      if (sound.noticed.length > 0) throw new Error(`damaged already: ${sound.noticed.join()}`);
      run.#sound.set(root, sound);
    }
    return run;
  }

  get roots(): readonly string[] {
    return [this.#fixture.sourceParent, this.#fixture.parent];
  }

  /**
   * Flips one bit of something of this kind, looks at everything, and flips it back. Throws
   * when what is read differs and nobody has noticed, when the notice names something else,
   * or when more is lost than what was damaged.
   */
  async flip(kind: FlipKind, random: Random): Promise<'noticed' | 'unused'> {
    const root = random.pick(this.roots);
    const files = filesOf(root).filter((file) => kindOf(file) === kind);
    if (files.length === 0) return 'unused';
    const file = random.pick(files);
    const at = random.below(8 * statSync(file).size);
    flipBit(file, at);
    try {
      const seen = await look(root);
      const sound = this.#sound.get(root) ?? seen;
      const what = `bit ${at} of ${kind} ${file}`;
      if (seen.noticed.length > 0) {
        requireNamed(what, file, kind, seen.noticed);
        if (kind === 'version') requireRest(what, seen, sound);
        return 'noticed';
      }
      const changed = seen.lines.filter((line) => !sound.lines.includes(line));
      if (changed.length === 0 && seen.lines.length === sound.lines.length) return 'unused';
      throw new Error(`${what} was not noticed:\n${changed.slice(0, 5).join('\n')}`);
    } finally {
      flipBit(file, at);
    }
  }

  /**
   * Copies a dataset into a new tree with one bit of one batch flipped on its way. The copy must
   * fail, name a file, or be right; the next one must be right.
   */
  async flipOnTheWire(random: Random): Promise<'noticed' | 'unused'> {
    const fixture = this.#fixture;
    const [, dataset] = this.#datasets;
    const target = join(fixture.parent, `wire-${random.below(1e9)}`);
    const offer = { targetPath: Buffer.from(target) };
    const source = flipping(fixture.makeSource(), random);
    try {
      const { failures } = await fixture.copy(dataset, null, { offer, source });
      const told = failures.map(({ path }) => path);
      requireSame(fixture.source, target, told);
      return told.length > 0 ? 'noticed' : 'unused';
    } catch (error) {
      if (!(error instanceof DmError) || error.code === 'internal') throw error;
    }
    await fixture.copy(dataset, null, { offer });
    requireSame(fixture.source, target, []);
    return 'noticed';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fixture[Symbol.asyncDispose]();
  }
}

function requireSame(source: string, target: string, told: readonly string[]): void {
  const found = differences(source, target, { holes: false }).filter(
    (line) => !told.some((path) => line.startsWith(`${path}:`)),
  );
  if (found.length > 0) throw new Error(`a flipped bit came through:\n${found.join('\n')}`);
}

/** A source one of whose first batches has another bit than was read. */
function flipping(source: Source, random: Random): Source {
  let left = random.below(4);
  const open = source.open.bind(source);
  source.open = async (ref, signal) => {
    const reader = await open(ref, signal);
    const changes = reader.changes.bind(reader);
    reader.changes = async function* (request, stop) {
      for await (const batch of changes(request, stop)) {
        const payload = Buffer.from(batch.payload);
        const bit = random.below(8 * Math.max(1, payload.length));
        if (left-- === 0 && payload.length > 0) {
          payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        }
        yield { ...batch, payload };
      }
    };
    return reader;
  };
  return source;
}

function requireNamed(
  what: string,
  file: string,
  kind: FlipKind,
  noticed: readonly string[],
): void {
  if (kind === 'version') return;
  const name = basename(file);
  // Where a page lies is told by its parent, beside what is hashed: there, the
  // place that is named is another one.
  const named = kind === 'page' ? / pack / : new RegExp(name);
  if (noticed.some((text) => named.test(text))) return;
  throw new Error(`${what} was noticed without its name: ${noticed.join('; ')}`);
}

/** The bytes of one file may be wrong, under all its names and in both datasets: nothing else. */
function requireRest(what: string, seen: Look, sound: Look): void {
  const lost = sound.lines.filter((line) => !seen.lines.includes(line));
  const paths = new Set(lost.map((line) => line.split(' ')[1]));
  if (lost.length === 0 || paths.size > 2) throw new Error(`${what} took ${lost.join('\n')}`);
}

function flipBit(file: string, bit: number): void {
  const fd = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, bit >> 3);
  byte[0] = (byte[0] ?? 0) ^ (1 << (bit & 7));
  writeSync(fd, byte, 0, 1, bit >> 3);
  closeSync(fd);
}

function filesOf(root: string): string[] {
  const names = readdirSync(join(root, '.datamover'), { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => join(root, '.datamover', name))
    .filter((path) => statSync(path).isFile() && statSync(path).size > 0);
}

function kindOf(file: string): FlipKind | null {
  if (file.includes('/versions/')) return 'version';
  if (file.includes('/packs/pages/')) return 'page';
  if (file.includes('/datasets/')) return 'dataset record';
  return file.endsWith('/tree.json') ? 'tree record' : null;
}

/**
 * Reads everything that a root holds: records, catalogs, bindings,
 * contents; verifies every dataset.
 */
async function look(path: string): Promise<Look> {
  const noticed: string[] = [];
  const lines: string[] = [];
  const attempt = async (action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof DmError) || error.code === 'internal') throw error;
      noticed.push(error.message);
    }
  };
  await attempt(async () => {
    using root = DataRoot.open(Buffer.from(path));
    for (const { directory, tree } of root.trees()) {
      lines.push(`tree ${JSON.stringify(tree, bigints)}`);
      await attempt(() => readBindings(root, tree, lines));
      for (const id of directory.datasetIds()) {
        await attempt(async () => {
          const record = directory.readDataset(id);
          if (record === null) return;
          lines.push(`record ${JSON.stringify(record, bigints)}`);
          await attempt(() => readDataset(path, record, lines));
          await attempt(() => verify(path, tree, record, noticed));
        });
      }
    }
  });
  return { noticed, lines };
}

async function readBindings(root: DataRoot, tree: LocalTree, lines: string[]): Promise<void> {
  await using packs = await PagePacks.open({ directory: root.pagesPath });
  const pages = new PageReader({}, { source: packs });
  for (const map of [tree.bindings, tree.inodeIndex]) {
    for await (const batch of new MapReader(pages, map).range()) {
      for (const { key, value } of batch) {
        lines.push(
          `binding ${Buffer.from(key).toString('hex')} ${Buffer.from(value).toString('hex')}`,
        );
      }
    }
  }
}

async function readDataset(root: string, record: DatasetRecord, lines: string[]): Promise<void> {
  for (const [path, entry] of await treeOf({ root, base: '' }, record)) {
    lines.push(`${record.id} ${path} ${JSON.stringify(entry)}`);
  }
}

async function verify(
  root: string,
  tree: LocalTree,
  { id }: DatasetRecord,
  noticed: string[],
): Promise<void> {
  const input = { root: Buffer.from(root), localTree: tree.localTree, id };
  const signal = new AbortController().signal;
  await verifyDataset(
    input,
    async (message) => {
      if (message.kind === 'bad') noticed.push(`${Buffer.from(message.path)} ${message.message}`);
    },
    signal,
  );
}

function bigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../e2e-random.js';
import { noise, patch } from '../e2e-trees.js';

const MIB = 1_048_576;
const FOLDERS = 20;
const SMALL = 3_000;
/** What an edit leaves changed of the large file: now and then more than any window holds. */
const PARTS = { some: 12, many: 56 };
/** An owner of some files that the agent is not. */
const OTHER = 12_345;

export interface KillTreeOptions {
  readonly files: number;
  readonly largeMiB: number;
}

/** A tree of some folders of small files and a large one, and edits of every kind. */
export class KillTree {
  readonly path: string;
  readonly #options: KillTreeOptions;
  readonly #random: Random;

  constructor(path: string, options: KillTreeOptions, random: Random) {
    this.path = path;
    this.#options = options;
    this.#random = random;
    for (let index = 0; index < options.files; index++) {
      const folder = join(path, `folder-${index % FOLDERS}`);
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `file-${index}`);
      writeFileSync(file, noise(500 + (index % 5_000), index));
      if (index % 3 === 0) chownSync(file, OTHER, OTHER);
    }
    for (let part = 0; part < options.largeMiB; part++) {
      appendFileSync(join(path, 'large'), noise(MIB, 1_000_000 + part));
    }
  }

  /** Bytes of all files. */
  get bytes(): number {
    const names = readdirSync(this.path, { recursive: true, encoding: 'utf8' });
    return names.reduce((sum, name) => {
      const stat = statSync(join(this.path, name));
      return sum + (stat.isFile() ? stat.size : 0);
    }, 0);
  }

  /** How many files there are. */
  get files(): number {
    const entries = readdirSync(this.path, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  }

  /** Some changes of each kind. Returns how many bytes are new at most. */
  edit(isLarge: boolean): number {
    return this.#editFiles() + this.#editLarge(isLarge ? PARTS.many : PARTS.some);
  }

  #editFiles(): number {
    const random = this.#random;
    const files = this.#smallFiles();
    let bytes = 0;
    for (let count = 0; count < files.length / 20; count++) {
      const file = random.pick(files);
      if (!existsSync(file)) continue;
      const content = noise(SMALL, random.below(1e9));
      const choice = random.below(4);
      if (choice === 0) writeFileSync(file, content);
      else if (choice === 1) rmSync(file);
      else if (choice === 2) {
        writeFileSync(`${file}.new`, content);
        chownSync(`${file}.new`, OTHER, OTHER);
      } else renameSync(file, `${file}.moved`);
      bytes += SMALL;
    }
    const [a, b] = [random.below(FOLDERS), random.below(FOLDERS)];
    const folder = (number: number) => join(this.path, `folder-${number}`);
    if (a === b) return bytes;
    renameSync(folder(a), join(this.path, 'spare'));
    renameSync(folder(b), folder(a));
    renameSync(join(this.path, 'spare'), folder(b));
    return bytes;
  }

  /** Whole MiB, so that every leaf that is sent is all new. */
  #editLarge(parts: number): number {
    const random = this.#random;
    const { largeMiB } = this.#options;
    const first = random.below(largeMiB);
    const count = Math.min(parts, largeMiB);
    for (let part = 0; part < count; part++) {
      const at = (first + part) % largeMiB;
      patch(join(this.path, 'large'), at * MIB, noise(MIB, random.below(1e9)));
    }
    return count * MIB;
  }

  /** Names do not grow without end. */
  #smallFiles(): string[] {
    const names = readdirSync(this.path, { recursive: true, encoding: 'utf8' });
    return names
      .filter((name) => name.includes('/') && name.length < 120)
      .map((name) => join(this.path, name));
  }
}

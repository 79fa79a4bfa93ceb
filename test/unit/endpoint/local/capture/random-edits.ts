import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../../../support/e2e-random.js';

/**
 * Changes a tree in random ways, also between it and the directory
 * `outside` of the same file system.
 */
export class RandomEdits {
  readonly #base: string;
  readonly #outside: string;
  readonly #random: Random;
  #made = 0;

  constructor(options: { base: string; outside: string }, random: Random) {
    this.#base = options.base;
    this.#outside = options.outside;
    this.#random = random;
  }

  run(count: number): void {
    for (let i = 0; i < count; i++) this.#edit();
  }

  #edit(): void {
    const edits = [
      () => writeFileSync(this.#free(), `new ${this.#made}`),
      () => mkdirSync(this.#free()),
      () => mkdirSync(join(this.#free(), 'x/y'), { recursive: true }),
      () => symlinkSync(`to-${this.#made}`, this.#free()),
      () => this.#onFile((path) => appendFileSync(path, 'more')),
      () => this.#onFile((path) => chmodSync(path, 0o600 + this.#random.below(64))),
      () => this.#onFile((path) => utimesSync(path, this.#made, this.#made)),
      () => this.#onFile((path) => linkSync(path, this.#free())),
      () => this.#onFile((path) => renameSync(path, this.#random.pick(this.#files()))),
      () => this.#onFile((path) => rmSync(path)),
      () => this.#onAny((path) => this.#move(path, this.#free())),
      () => this.#onAny((path) => this.#move(path, this.#free())),
      () => this.#onAny((path) => renameSync(path, join(this.#outside, `out-${this.#made++}`))),
      () => this.#moveIn(),
      () => this.#onDirectory((path) => chmodSync(path, 0o700 + this.#random.below(64))),
      () => this.#onDirectory((path) => rmSync(path, { recursive: true })),
    ];
    this.#random.pick(edits)();
  }

  /** A name that nothing has, in any directory of the tree. */
  #free(): string {
    const parent = this.#random.pick([this.#base, ...this.#all('dir')]);
    return join(parent, `${this.#random.pick(['a', 'm', 'z'])}-${this.#made++}`);
  }

  #onFile(act: (path: string) => void): void {
    const files = this.#files();
    if (files.length > 0) act(this.#random.pick(files));
  }

  #onDirectory(act: (path: string) => void): void {
    const directories = this.#all('dir');
    if (directories.length > 0) act(this.#random.pick(directories));
  }

  #onAny(act: (path: string) => void): void {
    const paths = [...this.#all('dir'), ...this.#files()];
    if (paths.length > 0) act(this.#random.pick(paths));
  }

  /** Never into itself. */
  #move(from: string, to: string): void {
    if (!to.startsWith(`${from}/`)) renameSync(from, to);
  }

  #moveIn(): void {
    const names = readdirSync(this.#outside);
    if (names.length === 0) return;
    renameSync(join(this.#outside, this.#random.pick(names)), this.#free());
  }

  #files(): string[] {
    return this.#all('file');
  }

  #all(type: 'file' | 'dir'): string[] {
    if (!existsSync(this.#base)) return [];
    return readdirSync(this.#base, { recursive: true, encoding: 'utf8' })
      .map((path) => join(this.#base, path))
      .filter((path) => {
        const stat = lstatSync(path);
        return type === 'file' ? stat.isFile() : stat.isDirectory();
      })
      .sort();
  }
}

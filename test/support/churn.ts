import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SIZE = 100_000;
const FILES = 8;
const STEADY = 20;

const SCRIPT = `
  const { renameSync, writeFileSync } = require('node:fs');
  const [root, files, size] = [process.argv[1], Number(process.argv[2]), Number(process.argv[3])];
  for (let round = 0; ; round++) {
    const file = root + '/file-' + (round % files);
    writeFileSync(root + '/temporary', Buffer.alloc(size, round % 256));
    renameSync(root + '/temporary', file);
    renameSync(root + '/here', root + '/there');
    renameSync(root + '/there', root + '/here');
  }`;

/**
 * A process that replaces files, each time by one whose bytes are all the same, and moves a
 * directory of files that never change to and fro.
 */
export class Churn implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor(root: string) {
    mkdirSync(join(root, 'here'));
    for (let index = 0; index < STEADY; index++) {
      writeFileSync(join(root, 'here', `steady-${index}`), `${index}`);
    }
    for (let index = 0; index < FILES; index++) {
      writeFileSync(join(root, `file-${index}`), Buffer.alloc(SIZE, index));
    }
    this.#child = spawn(process.execPath, ['-e', SCRIPT, root, String(FILES), String(SIZE)], {
      stdio: 'ignore',
    });
  }

  /** True when a file with this digest is one that the process has written. */
  static isWhole(digest: string): boolean {
    return WHOLE.has(digest);
  }

  /** Names of what has to be in every dataset, wherever the directory is at the moment. */
  static readonly steady: readonly string[] = Array.from(
    { length: STEADY },
    (_, index) => `steady-${index}`,
  );

  static readonly replaced: readonly string[] = Array.from(
    { length: FILES },
    (_, index) => `file-${index}`,
  );

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}

const WHOLE = new Set(
  Array.from({ length: 256 }, (_, byte) =>
    createHash('sha256').update(Buffer.alloc(SIZE, byte)).digest('hex').slice(0, 16),
  ),
);

import { closeSync, openSync, readSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { KillPoint } from './kill-point.js';
import { KILL_POINTS } from './kill-points.js';

const HOOK = fileURLToPath(new URL('./kill-hook.js', import.meta.url));
const HIT_AT = 8;

/** Arms points in one agent, whose process has the hook (kill-hook.ts) in it. */
export class KillTrigger implements Disposable {
  /** To start the agent by. */
  readonly launcher: readonly string[];
  readonly #path: string;
  readonly #fd: number;

  constructor(path: string) {
    this.#path = path;
    writeFileSync(path, Buffer.alloc(12));
    writeFileSync(`${path}.calls`, '');
    this.#fd = openSync(path, 'r+');
    this.launcher = ['env', `NODE_OPTIONS=--import=${HOOK}`, `DM_TEST_KILL_FILE=${path}`];
  }

  /** From now on the agent dies at the `when`-th call of the point. */
  arm(point: KillPoint, when: number): void {
    truncateSync(`${this.#path}.calls`);
    const words = new Uint32Array([KILL_POINTS.indexOf(point) + 1, when, 0]);
    writeSync(this.#fd, words, 0, words.byteLength, 0);
  }

  /** It died at the armed point. */
  get isHit(): boolean {
    const hit = new Uint32Array(1);
    readSync(this.#fd, hit, 0, 4, HIT_AT);
    return hit[0] !== 0;
  }

  /** From now on it lives. True when it died at the armed point. */
  disarm(): boolean {
    writeSync(this.#fd, new Uint32Array(2), 0, 8, 0);
    const { isHit } = this;
    writeSync(this.#fd, new Uint32Array(1), 0, 4, HIT_AT);
    return isHit;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

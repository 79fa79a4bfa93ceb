import type { DatasetReader } from '../../endpoint/source.js';
import { type Gfid, ROOT_GFID } from '../../model/ids.js';

/** Tells which files of a dataset lie at or below some of its paths. */
export class SubpathGuard {
  readonly #reader: DatasetReader;
  readonly #subpaths: readonly Uint8Array[];
  /** What is known of directories, and of the subpaths themselves. */
  readonly #known = new Map<Gfid, boolean>();
  #prepared: Promise<void> | null = null;

  constructor(reader: DatasetReader, subpaths: readonly Uint8Array[]) {
    this.#reader = reader;
    this.#subpaths = subpaths;
  }

  async holds(gfid: Gfid, signal: AbortSignal): Promise<boolean> {
    this.#prepared ??= this.#prepare(signal);
    await this.#prepared;
    return this.#isBelow(gfid, signal);
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    this.#known.set(ROOT_GFID, false);
    for (const subpath of this.#subpaths) {
      const entry = await this.#reader.lookup(componentsOf(subpath), signal);
      if (entry !== null) this.#known.set(entry.gfid, true);
    }
  }

  /** By any of its names. */
  async #isBelow(gfid: Gfid, signal: AbortSignal): Promise<boolean> {
    const known = this.#known.get(gfid);
    if (known !== undefined) return known;
    const { names } = await this.#reader.details(gfid, signal);
    let below = false;
    for (const { parent } of names) {
      below = await this.#isBelow(parent, signal);
      this.#known.set(parent, below);
      if (below) break;
    }
    return below;
  }
}

function componentsOf(subpath: Uint8Array): Uint8Array[] {
  const components: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at <= subpath.length; at++) {
    if (at < subpath.length && subpath[at] !== 0x2f) continue;
    components.push(subpath.subarray(start, at));
    start = at + 1;
  }
  return components;
}

import type { DatasetReader } from '../../endpoint/source.js';
import { type Gfid, ROOT_GFID } from '../../model/ids.js';
import { Lru } from '../../util/lru.js';

type Browsed = Pick<DatasetReader, 'lookup' | 'details'>;

/** Of directories; a deep walk asks for the same ones again and again. */
const REMEMBERED = 16_384;

/** Tells which files of a dataset lie at or below some of its paths. */
export class SubpathGuard {
  readonly #reader: Browsed;
  readonly #subpaths: readonly Uint8Array[];
  /** What is known of directories. */
  readonly #known = new Lru<Gfid, boolean>(REMEMBERED, () => 1);
  /** What the subpaths lead to; null until it was looked up. */
  #allowed: ReadonlySet<Gfid> | null = null;

  constructor(reader: Browsed, subpaths: readonly Uint8Array[]) {
    this.#reader = reader;
    this.#subpaths = subpaths;
  }

  async holds(gfid: Gfid, signal: AbortSignal): Promise<boolean> {
    this.#allowed ??= await this.#lookUp(signal);
    return this.#isBelow(gfid, this.#allowed, signal);
  }

  async #lookUp(signal: AbortSignal): Promise<ReadonlySet<Gfid>> {
    const allowed = new Set<Gfid>();
    for (const subpath of this.#subpaths) {
      const entry = await this.#reader.lookup(componentsOf(subpath), signal);
      if (entry !== null) allowed.add(entry.gfid);
    }
    return allowed;
  }

  /** By any of its names. */
  async #isBelow(gfid: Gfid, allowed: ReadonlySet<Gfid>, signal: AbortSignal): Promise<boolean> {
    if (allowed.has(gfid)) return true;
    if (gfid === ROOT_GFID) return false;
    const known = this.#known.get(gfid);
    if (known !== undefined) return known;
    const { names } = await this.#reader.details(gfid, signal);
    let below = false;
    for (const { parent } of names) {
      below = await this.#isBelow(parent, allowed, signal);
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

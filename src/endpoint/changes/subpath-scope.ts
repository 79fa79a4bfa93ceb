import type { Catalog } from '../../catalog/catalog.js';
import { inodeParent } from '../../catalog/maps/inodes.js';
import { DmError } from '../../model/error.js';
import { type Gfid, ROOT_GFID } from '../../model/ids.js';
import { toHex } from '../../util/bytes.js';
import { escapePath } from '../../util/escape.js';
import { Lru } from '../../util/lru.js';

/** What of a directory is in: all of it, only the way to a subpath, or nothing. */
type DirectoryScope = 'all' | 'way' | 'none';

const SLASH = 0x2f;
/** Directories whose scope is remembered. */
const REMEMBERED = 65_536;

/** Which names of a dataset lie at or below some subpaths, or on the way to them. */
export class SubpathScope {
  readonly catalog: Catalog;
  /** What the subpaths name. */
  readonly targets: ReadonlySet<Gfid>;
  /** Directories above them, each with the names (in hex) that lead on. */
  readonly ways: ReadonlyMap<Gfid, ReadonlySet<string>>;
  readonly #scopes = new Lru<Gfid, DirectoryScope>(REMEMBERED, () => 1);

  private constructor(
    catalog: Catalog,
    targets: ReadonlySet<Gfid>,
    ways: ReadonlyMap<Gfid, ReadonlySet<string>>,
  ) {
    this.catalog = catalog;
    this.targets = targets;
    this.ways = ways;
  }

  /** Fails with `not_found` for a subpath that the dataset does not have. */
  static async of(catalog: Catalog, subpaths: readonly Uint8Array[]): Promise<SubpathScope> {
    const targets = new Set<Gfid>();
    const ways = new Map<Gfid, Set<string>>();
    for (const subpath of subpaths) {
      let at = ROOT_GFID;
      for (const name of componentsOf(subpath)) {
        const entry = await catalog.lookup(at, name);
        if (entry === null) throw missingSubpath(subpath);
        const names = ways.get(at) ?? new Set();
        ways.set(at, names.add(toHex(name)));
        at = entry.gfid;
      }
      targets.add(at);
    }
    return new SubpathScope(catalog, targets, ways);
  }

  /** True when the entry `name` of the directory `parent` is in. */
  async hasName(parent: Gfid, name: Uint8Array): Promise<boolean> {
    const scope = await this.ofDirectory(parent);
    if (scope !== 'way') return scope === 'all';
    return this.ways.get(parent)?.has(toHex(name)) ?? false;
  }

  async ofDirectory(gfid: Gfid): Promise<DirectoryScope> {
    const passed: Gfid[] = [];
    let at = gfid;
    let scope = this.#known(at);
    while (scope === undefined) {
      passed.push(at);
      const inode = at === ROOT_GFID ? null : await this.catalog.encodedInode(at);
      const parent = inode === null ? null : inodeParent(inode);
      // Below a way, what is neither a target nor a way itself is out.
      if (parent === null || parent === at) scope = 'none';
      else {
        at = parent;
        scope = this.#known(at) === 'way' ? 'none' : this.#known(at);
      }
    }
    for (const one of passed) this.#scopes.set(one, scope);
    return scope;
  }

  #known(gfid: Gfid): DirectoryScope | undefined {
    if (this.targets.has(gfid)) return 'all';
    const way = this.ways.has(gfid) ? 'way' : undefined;
    return this.#scopes.get(gfid) ?? way;
  }
}

/** The names on a path; empty ones do not count. */
export function componentsOf(path: Uint8Array): Uint8Array[] {
  const components: Uint8Array[] = [];
  for (let start = 0; start < path.length; ) {
    const slash = path.indexOf(SLASH, start);
    const end = slash === -1 ? path.length : slash;
    if (end > start) components.push(path.subarray(start, end));
    start = end + 1;
  }
  return components;
}

export function missingSubpath(subpath: Uint8Array): DmError {
  const shown = escapePath(subpath);
  return new DmError('not_found', `the dataset has no "${shown}"; browse it for what it has`, {
    data: { path: shown },
  });
}

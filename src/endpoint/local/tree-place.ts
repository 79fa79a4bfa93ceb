import type { TreePlace } from './changes/place-datasets.js';
import type { DataRoot } from './layout/data-root.js';
import type { LocalTree } from './layout/local-tree.js';

const SLASH = Buffer.from('/');

/** A tree and its root as worker threads open them; good while the root is held open. */
export function placeOf(root: DataRoot, tree: LocalTree): TreePlace {
  const below = root.relative(tree.basePath) ?? [];
  return {
    rootFd: root.fd,
    privateFd: root.privateFd,
    treesPath: root.treesPath,
    pagesPath: root.pagesPath,
    livePath: Buffer.concat(below.flatMap((name, at) => (at > 0 ? [SLASH, name] : [name]))),
    tree,
  };
}

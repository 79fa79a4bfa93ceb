import type { DataRoot } from '../endpoint/local/layout/data-root.js';
import type { ReceivedBytes } from '../endpoint/wrap/owner-bytes.js';

/** Bytes of the trees that an owner has below the roots; a tree holds them also when the dataset that it stands at was deleted. */
export function receivedBytes(
  roots: readonly DataRoot[],
  owner: string,
): ReturnType<ReceivedBytes> {
  return roots
    .flatMap((root) => root.trees())
    .filter(({ tree }) => tree.owner === owner && tree.head !== null)
    .map(({ directory, tree }) => {
      const head = tree.head === null ? null : directory.readCatalogOf(tree.head);
      return { path: tree.basePath, bytes: head?.bytes ?? 0n };
    });
}

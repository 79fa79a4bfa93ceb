import { Catalog } from '../../../catalog/catalog.js';
import { diffMaps } from '../../../catalog/diff-maps.js';
import { MapReader } from '../../../catalog/map-reader.js';
import type { MapRoot } from '../../../catalog/map-root.js';
import { decodeEntryValue } from '../../../catalog/maps/entries.js';
import { decodeGfidKey, encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { decodeLinkKey } from '../../../catalog/maps/links.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import type { Gfid } from '../../../model/ids.js';
import type { DatasetMaps } from '../layout/dataset-record.js';
import type { LocalTree } from '../layout/local-tree.js';

type Compared = 'entries' | 'inodes' | 'links';

/**
 * True when all that a live tree does not have of its dataset is what the receive could not put there: listed as
 * exceptions, and never seen in the tree. `found` is what the tree was found to be.
 */
export async function lacksAsExpected(
  trees: {
    readonly head: DatasetMaps;
    readonly found: Readonly<Record<Compared, MapRoot | null>>;
    readonly tree: LocalTree;
  },
  pages: PageReader,
  signal: AbortSignal,
): Promise<boolean> {
  const { head, found, tree } = trees;
  if (head.exceptions === null) return false;
  const { exceptions } = new Catalog(head, { pages });
  const bindings = new MapReader(pages, tree.bindings);
  const neverCame = async (gfid: Gfid): Promise<boolean> => {
    const key = encodeGfidKey(gfid);
    return (await exceptions.get(key)) !== null && (await bindings.get(key)) === null;
  };
  const gfidOf: Record<Compared, (key: Uint8Array, value: Uint8Array) => Gfid> = {
    entries: (_, value) => decodeEntryValue(value).gfid,
    inodes: (key) => decodeGfidKey(key),
    links: (key) => decodeLinkKey(key).gfid,
  };
  for (const map of ['entries', 'inodes', 'links'] as const) {
    const sides = { before: { pages, root: head[map] }, after: { pages, root: found[map] } };
    for await (const changes of diffMaps({ ...sides, signal })) {
      for (const { key, before, after } of changes) {
        if (before === null || after !== null) return false;
        if (!(await neverCame(gfidOf[map](key, before)))) return false;
      }
    }
  }
  return true;
}

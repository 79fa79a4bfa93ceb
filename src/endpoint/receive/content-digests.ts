import { Catalog } from '../../catalog/catalog.js';
import { type CatalogRoots, EMPTY_ROOTS } from '../../catalog/catalog-roots.js';
import type { MapRoot } from '../../catalog/map-root.js';
import { decodeException } from '../../catalog/maps/exceptions.js';
import { decodeGfidKey } from '../../catalog/maps/gfid-key.js';
import { inodeType } from '../../catalog/maps/inodes.js';
import type { PageReader } from '../../catalog/page-reader.js';
import type { PageSink } from '../../catalog/page-store.js';
import type { ContentDigestState, DatasetIdentity } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { Gfid } from '../../model/ids.js';
import { makeContentMap } from './content-map.js';
import { isContentFailure } from './file-failure.js';
import type { ReceiveOutcome } from './receive-outcome.js';

export interface ContentDigestsOptions {
  /** The dataset to be, as its source describes it. */
  readonly dataset: DatasetIdentity;
  /** Part of the source's dataset only. */
  readonly isPart: boolean;
  /** What the changes started from; null for a first copy. */
  readonly base: {
    readonly maps: CatalogRoots;
    readonly contentDigestState: ContentDigestState;
  } | null;
  readonly next: Catalog;
  readonly outcome: ReceiveOutcome;
  readonly logs: readonly string[];
  readonly scratch: string;
}

export interface ContentDigests {
  readonly content: MapRoot | null;
  readonly contentDigest: DatasetIdentity['contentDigest'];
  readonly contentDigestState: ContentDigestState;
}

/**
 * The leaf digests that came, over those of the base. Where they are whole they must make up the source's
 * content digest; where the source has none (yet), they make one. `corrupt` when they do not.
 */
export async function makeContentDigests(
  options: ContentDigestsOptions,
  modules: { readonly pages: PageReader; readonly sink: PageSink },
  signal: AbortSignal,
): Promise<ContentDigests> {
  const { dataset, isPart, base, next, outcome, logs, scratch } = options;
  const former = new Catalog(base?.maps ?? EMPTY_ROOTS, modules);
  const content = await makeContentMap(
    { base: former, next, logs, scratch, outcome, ...modules },
    signal,
  );
  const contentDigest = content?.digest ?? null;
  const isWhole =
    !(await lacksFiles(outcome.failed.keys(), next)) &&
    (base === null || (base.contentDigestState === 'full' && !(await lacksContent(former))));
  const isComparable = isWhole && !isPart && dataset.contentDigestState === 'full';
  if (isComparable && dataset.contentDigest !== contentDigest) {
    throw new DmError(
      'corrupt',
      `the leaf digests that came for dataset ${dataset.id} do not make up its content digest; verify it at the source`,
    );
  }
  return { content, contentDigest, contentDigestState: isWhole ? 'full' : 'partial' };
}

async function lacksContent(catalog: Catalog): Promise<boolean> {
  for await (const batch of catalog.exceptions.range()) {
    const lacking = batch.filter(({ value }) => isContentFailure(decodeException(value).code));
    const gfids = lacking.map(({ key }) => decodeGfidKey(key));
    if (await lacksFiles(gfids, catalog)) return true;
  }
  return false;
}

/** Whether one of these is a file of the dataset: what directories lack is not in it, and so in no digest. */
async function lacksFiles(gfids: Iterable<Gfid>, catalog: Catalog): Promise<boolean> {
  for (const gfid of gfids) {
    const inode = await catalog.encodedInode(gfid);
    if (inode !== null && inodeType(inode) === 'file') return true;
  }
  return false;
}

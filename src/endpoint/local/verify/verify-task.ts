import { applyMutations } from '../../../catalog/apply-mutations.js';
import { Catalog } from '../../../catalog/catalog.js';
import { MAPS } from '../../../catalog/maps/map-params.js';
import { PageReader } from '../../../catalog/page-reader.js';
import { asDmError, DmError } from '../../../model/error.js';
import { PagePacks } from '../../../repository/page-packs.js';
import type { Task } from '../../../worker/task.js';
import { MutationSpill } from '../capture/mutation-spill.js';
import { openBase } from '../capture/open-base.js';
import { DataRoot } from '../layout/data-root.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { LocalTree } from '../layout/local-tree.js';
import { VersionOpener } from '../layout/open-version.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { close } from '../sys/open.js';
import { verifyCatalog } from './verify-catalog.js';
import { ContentVerifier } from './verify-contents.js';
import type { VerifyInput, VerifyMessage, VerifyResult } from './verify-input.js';
import { VerifyReport } from './verify-report.js';

/** Reads a whole dataset and compares it with its digests. See `verifyDataset`. */
export const verifyTask: Task<VerifyInput, VerifyResult, VerifyMessage> = (input, io) =>
  verifyDataset(input, (message) => io.emit(message), io.signal);

/**
 * Reads every page of every map and every byte of every file of a dataset, and compares the bytes
 * with the leaf digests; a leaf that is a hole must read as zeros. Each bad path is told as it is
 * found. Digests that a dataset captured here lacks are made and recorded, unless a file changed
 * meanwhile; those of a received one never are, for they would bless what is on the disk. Error:
 * `not_found`. A damaged dataset is no error, but told.
 */
export async function verifyDataset(
  input: VerifyInput,
  emit: (message: VerifyMessage) => Promise<void>,
  signal: AbortSignal,
): Promise<VerifyResult> {
  try {
    using root = DataRoot.open(input.root);
    const directory = root.treeDirectory(input.localTree);
    const record = directory.readDataset(input.id);
    if (record === null) {
      throw new DmError('not_found', `dataset ${input.id} is not at this place; list the datasets`);
    }
    const tree = directory.load();
    const liveFd = openLive(root, tree);
    try {
      const found = { root, directory, tree, record, liveFd };
      return await verifyRecord(found, new VerifyReport(emit), signal);
    } finally {
      if (liveFd !== null) close(liveFd);
    }
  } catch (error) {
    throw asDmError(error, `verifying dataset ${input.id}`);
  }
}

interface FoundDataset {
  readonly root: DataRoot;
  readonly directory: TreeDirectory;
  readonly tree: LocalTree;
  readonly record: DatasetRecord;
  readonly liveFd: number | null;
}

async function verifyRecord(
  { root, directory, tree, record, liveFd }: FoundDataset,
  report: VerifyReport,
  signal: AbortSignal,
): Promise<VerifyResult> {
  await using packs = await PagePacks.open({ directory: root.pagesPath });
  const pages = new PageReader({}, { source: packs });
  const catalog = new Catalog(record.maps, { pages });
  await verifyCatalog(catalog, record.rootDigest, report, signal);
  using opener = new VersionOpener(
    { tree, record, liveFd, privateFd: root.privateFd },
    { directory, pages },
  );
  using made = new MutationSpill(`${directory.path}/verify-${record.id}`);
  const makesDigests = record.from === '';
  const verifier = new ContentVerifier({ makesDigests, signal }, { catalog, opener, report, made });
  await verifier.run();
  const { files, bytes, bad } = report;
  const { digestsMade, withoutDigests } = verifier;
  const result = { files, bytes, bad, digestsMade, withoutDigests };
  const completes = bad === 0 && withoutDigests === 0 && record.contentDigestState !== 'full';
  if (digestsMade === 0 && !completes) return { ...result, record };
  if (verifier.changed > 0) return { ...result, digestsMade: 0, record };
  const content = await applyMutations(
    { params: MAPS.content, base: record.maps.content, mutations: made.batches(), signal },
    { pages, sink: packs },
  );
  await packs.sync();
  // Others add digests too: what they know more of the same dataset is not lost but made again.
  const current = directory.readDataset(record.id);
  if (current === null) return { ...result, record };
  const updated: DatasetRecord = {
    ...current,
    maps: { ...current.maps, content },
    contentDigest: content?.digest ?? null,
    contentDigestState: bad === 0 ? 'full' : 'partial',
  };
  directory.writeDataset(updated);
  return { ...result, record: updated };
}

function openLive(root: DataRoot, tree: LocalTree): number | null {
  try {
    return openBase(root, tree.basePath).fd;
  } catch (error) {
    // Contents may all be in the store or in a snapshot; what is not is told by path.
    if (error instanceof DmError) return null;
    throw error;
  }
}

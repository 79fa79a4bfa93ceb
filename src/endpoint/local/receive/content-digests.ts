import { DmError } from '../../../model/error.js';
import { makeContentDigests } from '../../receive/content-digests.js';
import type { ReceiveOutcome } from '../../receive/receive-outcome.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import { isAdoption } from './adoption.js';
import type { Workspace } from './workspace.js';

/** The dataset to be with the leaf digests that came. Throws as `makeContentDigests`. */
export async function withContentDigests(
  workspace: Workspace,
  outcome: ReceiveOutcome,
  signal: AbortSignal,
): Promise<DatasetRecord> {
  const { pages, staging, datasets, record, base, trees } = workspace;
  const { draft } = record;
  const made = await makeContentDigests(
    {
      dataset: draft,
      isPart: draft.subpaths.length > 0,
      base,
      next: trees.next,
      outcome,
      logs: staging.laneLogs(record.lanes),
      scratch: staging.spillPath,
    },
    { pages, sink: datasets.packs },
    signal,
  ).catch((error: unknown) => {
    if (isAdoption(workspace.directory, record.session)) throw unlike(error);
    throw error;
  });
  const { content, ...digests } = made;
  return { ...draft, ...digests, maps: { ...draft.maps, content } };
}

/** What was read here went into the digests, so that it is this tree which is not as it seemed. */
function unlike(error: unknown): unknown {
  if (!(error instanceof DmError) || error.code !== 'corrupt') return error;
  return new DmError(
    'corrupt',
    'a file of the tree that was to be adopted has the size and time of the source’s but other bytes; copy into an empty directory, or compare the trees by checksums first',
    { cause: error },
  );
}

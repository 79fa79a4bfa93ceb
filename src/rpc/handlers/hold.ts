import { DmError } from '../../model/error.js';
import { parseDatasetId } from '../../model/ids.js';
import { absolutePath } from '../codec/wire-path.js';
import { checked, malformed } from '../codec/wire-value.js';
import type { HoldReply } from '../generated/peer/datamover/v1/HoldReply.js';
import type { HoldRequest__Output } from '../generated/peer/datamover/v1/HoldRequest.js';
import type { ReleaseReply } from '../generated/peer/datamover/v1/ReleaseReply.js';
import type { ReleaseRequest__Output } from '../generated/peer/datamover/v1/ReleaseRequest.js';
import type { PeerContext } from '../peer-connection-state.js';

/** A peer locks what it can see. */
export async function holdDataset(
  request: HoldRequest__Output,
  { access }: PeerContext,
  signal: AbortSignal,
): Promise<HoldReply> {
  const holder = holderOf(request);
  const id = checked(request.id, parseDatasetId);
  const basePath = absolutePath(request.base_path, 'base path');
  const place = access.reach.has('read') ? access.source : access.target;
  for await (const dataset of place.listDatasets({ basePath }, signal)) {
    if (dataset.id !== id) continue;
    await access.locker.hold(holder, { id, basePath }, signal);
    return {};
  }
  throw new DmError('not_found', `there is no dataset ${id} at this place; list what there is`);
}

/** What the caller held under that name, if anything. */
export async function releaseDataset(
  request: ReleaseRequest__Output,
  { access }: PeerContext,
  signal: AbortSignal,
): Promise<ReleaseReply> {
  await access.locker.release(holderOf(request), signal);
  return {};
}

function holderOf({ holder }: { readonly holder: string }): string {
  if (!/^[a-z0-9-]{1,64}$/.test(holder)) throw malformed('a holder is not a name');
  return holder;
}

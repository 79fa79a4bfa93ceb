import type { LocalTarget } from '../../endpoint/local/local-target.js';
import type { Offer } from '../../endpoint/target.js';
import type { Places } from '../../engine/places.js';
import type { DatasetInfo } from '../../model/dataset.js';
import { placePath } from '../../policy/place-path.js';
import { parseSubpath } from '../../policy/subpath.js';
import type { PreviewRestoreRequest__Output } from '../../rpc/generated/control/datamover/v1/PreviewRestoreRequest.js';
import type { RestorePreview } from '../../rpc/generated/control/datamover/v1/RestorePreview.js';
import { escapePath } from '../../util/escape.js';
import { LOCAL_OWNER } from '../open-places.js';
import { asOfTime, findDataset } from './datasets.js';
import { existingFiles } from './policy-messages.js';
import type { ResolveAccount } from './policy-parts.js';

/** What `restore --dry-run` asks. */
export function restoreHandlers(modules: {
  places: Places;
  resolve: ResolveAccount;
  target: Pick<LocalTarget, 'preview'>;
}) {
  const { places, resolve, target } = modules;
  return {
    previewRestore: async (
      request: PreviewRestoreRequest__Output,
      signal: AbortSignal,
    ): Promise<RestorePreview> => {
      const account = await resolve(request.account);
      await using place = await places.open(account, signal, asOfTime(request.as_of));
      const { number } = await findDataset(place, request.dataset, signal);
      await using reader = await place.source.open({ number }, signal);
      const offer = offerOf(request, reader.info);
      const { replacedPaths, conflictPaths, bytes, ...counts } = await target.preview(
        offer,
        reader,
        signal,
      );
      return {
        ...counts,
        bytes: Number(bytes),
        target_path: escapePath(offer.targetPath),
        replaced_paths: replacedPaths.map((path) => escapePath(path)),
        conflict_paths: conflictPaths.map((path) => escapePath(path)),
      };
    },
  };
}

function offerOf(request: PreviewRestoreRequest__Output, dataset: DatasetInfo): Offer {
  return {
    dataset,
    base: null,
    subpaths: request.subpaths.map(parseSubpath),
    targetPath: placePath(request.target_path),
    createDataset: false,
    retention: { periodSeconds: null, reserve: 0 },
    owner: LOCAL_OWNER,
    adopt: false,
    reconnect: false,
    onDrift: 'repair',
    maxDelete: null,
    lanes: 1,
    restore: {
      existing: existingFiles(request.existing),
      inPlace: request.in_place,
      metadata: true,
    },
  };
}

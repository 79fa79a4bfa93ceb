import type { AgentSettings } from '../config/settings.js';
import type { Target } from '../endpoint/target.js';
import { CappedMaker } from '../endpoint/wrap/capped-maker.js';
import { CappedTarget } from '../endpoint/wrap/capped-target.js';
import { OwnerBytes } from '../endpoint/wrap/owner-bytes.js';
import type { StateDatabase } from '../state/database.js';
import { PeerDatasets } from '../state/peer-datasets.js';
import type { OpenedLocalPlace } from './local-place.js';
import type { PeerAccessModules } from './peer-access.js';

/** The local place within the `--peer-max-...` limits. */
export function peerPlace(
  settings: Pick<AgentSettings, 'peerMaxDatasets' | 'peerMaxRetentionSeconds' | 'peerMaxBytes'>,
  modules: { local: OpenedLocalPlace; database: StateDatabase },
): PeerAccessModules['peers'] {
  const { local, database } = modules;
  const { peerMaxBytes } = settings;
  const owners = new OwnerBytes(local.receivedBytes);
  const capped = (target: Target): Target =>
    peerMaxBytes === null
      ? target
      : new CappedTarget({ maxBytes: BigInt(peerMaxBytes) }, { target, owners });
  return {
    privileged: capped(local.target),
    unprivileged: capped(local.unprivilegedTarget),
    maker: new CappedMaker(
      {
        maxDatasets: settings.peerMaxDatasets,
        maxRetentionSeconds: settings.peerMaxRetentionSeconds,
      },
      {
        maker: local.maker,
        source: local.source,
        made: new PeerDatasets({ database }),
        remove: local.deleteDataset,
      },
    ),
  };
}

import {
  PRUNE_DEFAULTS,
  type PruneOptions,
  type PruneSummary,
} from '../../endpoint/object/prune/prune-types.js';
import type { PruneBackupsProgress } from '../../rpc/generated/control/datamover/v1/PruneBackupsProgress.js';
import type { PruneBackupsRequest__Output } from '../../rpc/generated/control/datamover/v1/PruneBackupsRequest.js';
import type { PruneSummary as PruneSummaryMessage } from '../../rpc/generated/control/datamover/v1/PruneSummary.js';
import { escapePath, parseEscaped } from '../../util/escape.js';
import { EventStream } from '../../util/event-stream.js';
import type { AccountStore } from '../account-store.js';
import type { ObjectUpkeep } from '../object-upkeep.js';
import { timeText } from './views.js';

export interface UpkeepHandlerModules {
  readonly accounts: AccountStore;
  readonly upkeep: ObjectUpkeep;
}

/** The commands of the control service that free space in object accounts. */
export function upkeepHandlers({ accounts, upkeep }: UpkeepHandlerModules) {
  return {
    async *pruneBackups(
      request: PruneBackupsRequest__Output,
      signal: AbortSignal,
    ): AsyncIterable<PruneBackupsProgress> {
      const account = await accounts.object(await accounts.resolve(request.account));
      const basePath = request.base_path === '' ? null : parseEscaped(request.base_path);
      const events = new EventStream<PruneBackupsProgress>();
      const work = upkeep.prune(
        account,
        basePath,
        pruneOptions(request),
        (path, { step, done, total, untilMs }) =>
          events.push({
            base_path: escapePath(path),
            step,
            done,
            total,
            until: timeText(untilMs || null),
          }),
        (path, summary) => events.push({ summary: summaryMessage(path, summary) }),
        signal,
      );
      work.then(
        () => events.end(),
        (error: unknown) => events.fail(error),
      );
      yield* events;
      await work;
    },
  };
}

function pruneOptions(request: PruneBackupsRequest__Output): PruneOptions {
  const { grace_seconds: grace, leftover_seconds: leftover } = request;
  return {
    repackBelow: PRUNE_DEFAULTS.repackBelow,
    dryRun: request.dry_run,
    wait: request.wait ?? PRUNE_DEFAULTS.wait,
    graceMs: grace === undefined ? PRUNE_DEFAULTS.graceMs : grace * 1000,
    leftoverMs: leftover === undefined ? PRUNE_DEFAULTS.leftoverMs : leftover * 1000,
  };
}

function summaryMessage(basePath: Uint8Array, summary: PruneSummary): PruneSummaryMessage {
  return {
    base_path: escapePath(basePath),
    packs_deleted: summary.packsDeleted,
    bytes_freed: summary.bytesFreed,
    bytes_kept_as_versions: summary.bytesKeptAsVersions,
    packs_doomed: summary.packsDoomed,
    bytes_doomed: summary.bytesDoomed,
    doomed_until: timeText(summary.doomedUntilMs || null),
    packs_repacked: summary.packsRepacked,
    bytes_repacked: summary.bytesRepacked,
    packs_young: summary.packsYoung,
    bytes_young: summary.bytesYoung,
    uploads_dropped: summary.uploadsDropped,
  };
}

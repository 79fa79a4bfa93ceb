import {
  PRUNE_DEFAULTS,
  type PruneOptions,
  type PruneSummary,
} from '../../endpoint/object/prune/prune-types.js';
import type { RepairSummary } from '../../endpoint/object/repair/repair-types.js';
import type { Places } from '../../engine/places.js';
import { plainTree } from '../../repository/plain-path.js';
import type { PruneBackupsProgress } from '../../rpc/generated/control/datamover/v1/PruneBackupsProgress.js';
import type { PruneBackupsRequest__Output } from '../../rpc/generated/control/datamover/v1/PruneBackupsRequest.js';
import type { PruneSummary as PruneSummaryMessage } from '../../rpc/generated/control/datamover/v1/PruneSummary.js';
import type { RepairBackupsProgress } from '../../rpc/generated/control/datamover/v1/RepairBackupsProgress.js';
import type { RepairBackupsRequest__Output } from '../../rpc/generated/control/datamover/v1/RepairBackupsRequest.js';
import type { RepairSummary as RepairSummaryMessage } from '../../rpc/generated/control/datamover/v1/RepairSummary.js';
import { escapePath, parseEscaped } from '../../util/escape.js';
import { eventsOf } from '../../util/event-stream.js';
import type { AccountStore } from '../account-store.js';
import type { ObjectUpkeep } from '../object-upkeep.js';
import { timeText } from './views.js';

export interface UpkeepHandlerModules {
  readonly accounts: AccountStore;
  readonly places: Places;
  readonly upkeep: ObjectUpkeep;
}

/** The commands of the control service that free space in object accounts and repair them. */
export function upkeepHandlers({ accounts, places, upkeep }: UpkeepHandlerModules) {
  return {
    async *pruneBackups(
      request: PruneBackupsRequest__Output,
      signal: AbortSignal,
    ): AsyncIterable<PruneBackupsProgress> {
      const account = await accounts.object(await accounts.resolve(request.account));
      const basePath = request.base_path === '' ? null : parseEscaped(request.base_path);
      yield* eventsOf<PruneBackupsProgress, void>((push) =>
        upkeep.prune(
          account,
          basePath,
          pruneOptions(request),
          (path, { step, done, total, untilMs }) =>
            push({
              base_path: escapePath(path),
              step,
              done,
              total,
              until: timeText(untilMs || null),
            }),
          (path, summary) => push({ summary: summaryMessage(path, summary) }),
          (warning) => push({ warning }),
          signal,
        ),
      );
    },
    async *repairBackups(
      request: RepairBackupsRequest__Output,
      signal: AbortSignal,
    ): AsyncIterable<RepairBackupsProgress> {
      const account = await accounts.object(await accounts.resolve(request.account));
      const basePath = request.base_path === '' ? null : parseEscaped(request.base_path);
      const other =
        request.from_account === '' ? null : await accounts.resolve(request.from_account);
      await using place = other === null ? null : await places.open(other, signal);
      const isObject = other !== null && (await accounts.isObject(other));
      const from = place && {
        source: place.source,
        account: isObject && other !== null ? await accounts.object(other) : null,
      };
      yield* eventsOf<RepairBackupsProgress, void>((push) =>
        upkeep.repair(
          account,
          basePath,
          from,
          (path, { step, done }) => push({ base_path: escapePath(path), step, done }),
          (path, summary) => push({ summary: repairMessage(path, summary) }),
          (warning) => push({ warning }),
          signal,
        ),
      );
    },
  };
}

function repairMessage(basePath: Uint8Array, summary: RepairSummary): RepairSummaryMessage {
  const tree = plainTree(basePath);
  return {
    base_path: escapePath(basePath),
    segments_bad: summary.segmentsBad,
    segments_repaired: summary.segmentsRepaired,
    packs_copied: summary.packsCopied,
    numbers_repaired: summary.numbersRepaired,
    indexed: summary.indexed,
    plain_path: tree === null ? '' : escapePath(tree),
    none_there: summary.noneThere,
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
    numbers_dropped: summary.numbersDropped,
  };
}

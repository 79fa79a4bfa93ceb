import type { ClockGuard } from '../../policy/clock-guard.js';
import type { Empty__Output } from '../../rpc/generated/control/datamover/v1/Empty.js';
import type { ExportStateRequest__Output } from '../../rpc/generated/control/datamover/v1/ExportStateRequest.js';
import type { FileChunk } from '../../rpc/generated/control/datamover/v1/FileChunk.js';
import type { StateDatabase } from '../../state/database.js';
import { sealEntries } from '../../state/sealed-dump.js';
import { stateEntries } from '../../state/state-dump.js';
import type { Clock } from '../../util/clock.js';
import type { OpenedLocalPlace } from '../local-place.js';

const CHUNK_BYTES = 1_048_576;

/** The state as of one moment, for `dm state export`. */
export function stateHandlers(modules: {
  database: StateDatabase;
  clockGuard: Pick<ClockGuard, 'accept'>;
  clock: Clock;
  local: Pick<OpenedLocalPlace, 'redate'>;
}) {
  return {
    acceptClock: async (_request: Empty__Output, signal: AbortSignal) => {
      // Before anything may expire: an interrupted one is done when the clock is accepted again.
      await modules.local.redate(modules.clock.now(), signal);
      await modules.clockGuard.accept();
      return {};
    },
    async *exportState(request: ExportStateRequest__Output): AsyncIterable<FileChunk> {
      for await (const bytes of sealEntries(stateEntries(modules.database), request.passphrase)) {
        for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
          yield { data: bytes.subarray(at, at + CHUNK_BYTES) };
        }
      }
    },
  };
}

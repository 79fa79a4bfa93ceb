import type { ClockGuard } from '../../policy/clock-guard.js';
import type { ExportStateRequest__Output } from '../../rpc/generated/control/datamover/v1/ExportStateRequest.js';
import type { FileChunk } from '../../rpc/generated/control/datamover/v1/FileChunk.js';
import type { StateDatabase } from '../../state/database.js';
import { sealEntries } from '../../state/sealed-dump.js';
import { stateEntries } from '../../state/state-dump.js';

const CHUNK_BYTES = 1_048_576;

/** The state as of one moment, for `dm state export`. */
export function stateHandlers(modules: {
  database: StateDatabase;
  clockGuard: Pick<ClockGuard, 'accept'>;
}) {
  return {
    acceptClock: async () => {
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

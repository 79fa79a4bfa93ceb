import { expect } from 'chai';
import type { PruneSummary } from '../../../src/cli/control-messages.js';
import type { PruneBackupsProgress__Output } from '../../../src/rpc/generated/control/datamover/v1/PruneBackupsProgress.js';
import { runLine, stream } from './cli-fixture.js';

const UNTIL = '2025-05-30T10:40:00Z';

const pruned: PruneSummary = {
  base_path: 'nightly',
  packs_deleted: 1,
  bytes_freed: 10,
  bytes_kept_as_versions: 0,
  packs_doomed: 0,
  bytes_doomed: 0,
  doomed_until: '',
  packs_repacked: 0,
  bytes_repacked: 0,
  packs_young: 0,
  bytes_young: 0,
  uploads_dropped: 0,
  numbers_dropped: 0,
};

describe('upkeep of backups', () => {
  it('a prune without a terminal says once that it waits, what for and until when', async () => {
    const waiting: PruneBackupsProgress__Output = {
      base_path: 'nightly',
      step: 'waiting',
      done: 0,
      total: 0,
      until: UNTIL,
      summary: null,
      warning: null,
    };
    const { code, stderr } = await runLine(['object', 'prune', '--account-id=disk'], {
      pruneBackups: () => stream(waiting, waiting, { ...waiting, until: '', summary: pruned }),
    });
    expect(code).to.equal(0);
    const lines = stderr.trim().split('\n');
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/^prune of disk: nightly: .*waiting until 2025-05-30T10:40:00Z/);
  });
});

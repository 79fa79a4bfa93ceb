import { expect } from 'chai';
import type { PruneSummary, RepairSummary } from '../../../src/cli/control-messages.js';
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

const repaired: RepairSummary = {
  base_path: 'nightly',
  segments_bad: 0,
  segments_repaired: 0,
  packs_copied: 0,
  indexed: true,
  plain_path: '',
  none_there: false,
  numbers_repaired: 0,
};

/** Runs a repair that ends with these summaries. */
function repair(words: readonly string[], ...summaries: readonly RepairSummary[]) {
  const message = { base_path: '', step: '', done: 0, warning: null };
  return runLine(['object', 'repair', '--account-id=disk', '--from-account=other', ...words], {
    repairBackups: () => stream(...summaries.map((summary) => ({ ...message, summary }))),
  });
}

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

  it('a repair says that it leaves plain copies alone, and fails where only one was named', async () => {
    const plain = { ...repaired, base_path: 'copy/.datamover', plain_path: 'copy' };
    const all = await repair([], repaired, plain);
    expect(all.code).to.equal(0);
    expect(all.stderr).to.match(
      /^dm: warning: the files of plain copies .*: copy; .*copy it again/,
    );
    const named = await repair(['--base-path=copy'], plain);
    expect(named.code).to.equal(1);
    expect(named.stderr).to.match(/^dm: not_supported: the files of plain copies .*: copy;/);
    expect((await repair([], repaired)).stderr).to.equal('');
  });

  it('a repair says when the other account has none of the datasets', async () => {
    const bad = { ...repaired, segments_bad: 3 };
    const none = await repair([], { ...bad, none_there: true });
    expect(none.code).to.equal(1);
    expect(none.stderr).to.contain('account other has none of these datasets');
    expect((await repair([], bad)).stderr).to.contain('another account may have them');
  });
});

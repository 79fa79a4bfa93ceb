import { expect } from 'chai';
import { outdatedLines } from '../support/fidelity-document.js';
import { FIDELITY_ROWS } from '../support/fidelity-rows.js';
import { runFidelity, WAYS } from '../support/fidelity-run.js';
import { withFilesystem } from '../support/filesystems.js';

describe('everything that a copy is to keep (scripts/long-fidelity.sh adds what takes long)', () => {
  const filesystem = withFilesystem('btrfs', 1_024);

  it('is kept in every direction, as docs/fidelity.md says, beside what rsync keeps', async function () {
    this.timeout(600_000);
    const results = await runFidelity(
      filesystem().path,
      FIDELITY_ROWS.filter(({ isLong }) => isLong !== true),
    );
    for (const { row, lost } of results) {
      for (const way of WAYS) {
        if (!way.startsWith('rsync')) expect(lost[way], `${row.title}, ${way}`).to.deep.equal([]);
      }
    }
    expect(outdatedLines(results), 'run scripts/long-fidelity.sh').to.deep.equal([]);
  });
});

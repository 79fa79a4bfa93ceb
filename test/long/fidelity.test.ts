import { expect } from 'chai';
import { writeDocument } from '../support/fidelity-document.js';
import { FIDELITY_ROWS } from '../support/fidelity-rows.js';
import { runFidelity, WAYS } from '../support/fidelity-run.js';
import { withFilesystem } from '../support/filesystems.js';

describe('everything that a copy is to keep, also what takes long', () => {
  const filesystem = withFilesystem('btrfs', 4_096);

  it('is kept in every direction; docs/fidelity.md is written', async function () {
    this.timeout(0);
    const results = await runFidelity(filesystem().path, FIDELITY_ROWS);
    for (const { row, lost } of results) {
      process.stdout.write(`${row.title}: ${JSON.stringify(lost)}\n`);
    }
    writeDocument(results);
    for (const { row, lost } of results) {
      for (const way of WAYS) {
        if (!way.startsWith('rsync')) expect(lost[way], `${row.title}, ${way}`).to.deep.equal([]);
      }
    }
  });
});

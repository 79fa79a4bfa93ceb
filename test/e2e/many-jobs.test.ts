import { expect } from 'chai';
import { runManyJobs } from '../support/e2e-many-jobs.js';

describe('many jobs to one peer', function () {
  this.timeout(120_000);

  it('all finish, by priority, no more at once than its account allows', async () => {
    const result = await runManyJobs(9, { files: 5, largeMib: 1 }, 2);
    expect(result.errors).to.deep.equal([]);
    expect(result.finished).to.equal(9);
    expect(result.atOnce).to.be.at.most(2);
    expect(result.outOfOrder).to.deep.equal([]);
    expect(result.differences).to.deep.equal([]);
  });
});

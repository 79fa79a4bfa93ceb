import { expect } from 'chai';
import { runManyJobs } from '../support/e2e-many-jobs.js';

const JOBS = Number(process.env.DM_JOBS ?? 50);
const MAX_RSS_MIB = 300;

describe('many jobs at once to one peer', () => {
  it(`${JOBS} jobs finish, by priority, in ${MAX_RSS_MIB} MB at either agent`, async function () {
    this.timeout(0);
    const result = await runManyJobs(JOBS, { files: 500, largeMib: 16 });
    const { alpha, beta } = result.peakRssMiB;
    process.stdout.write(
      `${result.finished} jobs in ${result.seconds.toFixed(1)} s, ${result.waited} waited, ` +
        `peak RSS ${alpha.toFixed(0)} MiB at the source, ${beta.toFixed(0)} MiB at the target\n`,
    );
    expect(result.errors).to.deep.equal([]);
    expect(result.finished).to.equal(JOBS);
    expect(result.waited).to.be.greaterThan(0);
    expect(result.outOfOrder).to.deep.equal([]);
    expect(result.differences).to.deep.equal([]);
    expect(Math.max(alpha, beta)).to.be.below(MAX_RSS_MIB);
  });
});

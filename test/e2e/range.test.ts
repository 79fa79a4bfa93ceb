import { expect } from 'chai';
import { WireMeter } from '../support/e2e-ranges.js';
import { withFilesystem } from '../support/filesystems.js';

const FIXED = 128 * 1024;

function smallForms(data: () => string | null): void {
  it('1 % of the blocks of a 64 MiB file', async function () {
    this.timeout(120_000);
    await using meter = await WireMeter.open(data());
    const { wireBytes, changedBytes, job } = await meter.rewriteBlocks(64, 0.01, 5);
    expect(wireBytes).to.be.at.least(changedBytes);
    expect(wireBytes).to.be.at.most(changedBytes * 1.1 + FIXED);
    expect(job.statistics.bytes_sent).to.be.within(wireBytes * 0.9, wireBytes * 1.02);
    const moved = await meter.moveDirectory(2_000);
    expect(moved.wireBytes).to.be.at.most(FIXED);
  });
}

describe('bytes on the wire (scripts/long-range.sh does this larger)', () => {
  describe('on the file system of TMPDIR', () => smallForms(() => null));
  describe('on xfs', () => {
    const filesystem = withFilesystem('xfs', 512);
    smallForms(() => filesystem().path);
  });
});

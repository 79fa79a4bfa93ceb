import { expect } from 'chai';
import { WireMeter } from '../support/e2e-ranges.js';
import { type FilesystemKind, withFilesystem } from '../support/filesystems.js';

const MIB = 1_048_576;
const FILE_MIB = 2_048;
const IMAGE_MIB = 8_192;

describe('bytes on the wire', () => {
  for (const kind of ['xfs', 'btrfs'] satisfies FilesystemKind[]) {
    describe(`on ${kind}`, () => {
      const filesystem = withFilesystem(kind, IMAGE_MIB);

      it('1 % of the blocks of a 2 GiB file: at most 1.1 times what changed', async function () {
        this.timeout(0);
        await using meter = await WireMeter.open(filesystem().path);
        const { wireBytes, changedBytes } = await meter.rewriteBlocks(FILE_MIB, 0.01, 7);
        process.stdout.write(`${kind}: ${changedBytes} bytes changed, ${wireBytes} on the wire\n`);
        expect(wireBytes).to.be.within(changedBytes, changedBytes * 1.1);
      });
    });
  }

  describe('on the file system of TMPDIR', () => {
    it('a directory of 100,000 files moved: under 1 MB', async function () {
      this.timeout(0);
      await using meter = await WireMeter.open(null);
      const { wireBytes } = await meter.moveDirectory(100_000);
      process.stdout.write(`moved: ${wireBytes} bytes on the wire\n`);
      expect(wireBytes).to.be.below(MIB);
    });
  });
});

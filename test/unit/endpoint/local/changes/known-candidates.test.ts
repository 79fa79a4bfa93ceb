import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { LEAF_BYTES } from '../../../../../src/endpoint/change-payload.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { CopyFixture } from '../receive/copy-fixture.js';

const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** More than one window of leaves. */
const LARGE_MIB = 80;

describe('a file that was captured by a copy', function () {
  this.timeout(60_000);
  let fixture: CopyFixture;
  let base: DatasetInfo;

  beforeEach(async () => {
    fixture = new CopyFixture(MEMORY);
    fixture.sh(`head -c ${LARGE_MIB}M /dev/urandom > f; truncate -s +1M f; printf end >> f`);
    base = await fixture.capture();
    await fixture.copy(base);
  });

  afterEach(() => fixture[Symbol.asyncDispose]());

  /** What the source read of contents, and sent of them, for the next dataset. */
  async function next(script: string): Promise<{ read: number; sent: number }> {
    fixture.sh(script);
    const dataset = await fixture.capture();
    const counted = { read: 0, sent: 0 };
    {
      await using source = fixture.makeSource();
      const ref = { id: dataset.id, basePath: Buffer.from(fixture.source) };
      await using reader = await source.open(ref, fixture.signal);
      const request = {
        base: { id: base.id, rootDigest: base.rootDigest },
        ...{ subpaths: [], lanes: 1, resume: null },
      };
      for await (const batch of reader.changes(request, fixture.signal)) {
        counted.read += batch.readBytes;
        counted.sent += batch.changedBytes;
      }
    }
    await fixture.copy(dataset, base);
    fixture.expectSame();
    base = dataset;
    return counted;
  }

  for (const [what, script, leaves, blocks] of [
    ['a block', 'printf x | dd of=f bs=1 seek=70000 conv=notrunc', 1, 1],
    [
      'blocks far apart',
      'for at in 9 70000000 80000000; do printf x | dd of=f bs=1 seek=$at conv=notrunc; done',
      3,
      3,
    ],
    ['nothing', 'touch f', 0, 0],
    ['its end', 'printf more >> f', 1, 1],
    ['its end, which comes earlier', 'truncate -s 5000000 f', 1, 0],
    ['a hole in it', 'fallocate -p -o 65536 -l 65536 f', 0, 0],
    ['a hole within a leaf', 'fallocate -p -o 200704 -l 4096 f', 1, 0],
    [
      'a hole that is zeros now',
      'dd if=/dev/zero of=f bs=4096 count=1 seek=$((80 << 8)) conv=notrunc',
      1,
      1,
    ],
  ] as const) {
    it(`is read where it is known to differ only: ${what}`, async () => {
      const { read, sent } = await next(`exec 2>/dev/null; ${script}`);
      // Both files are read, the new one in whole leaves.
      expect(read).to.be.at.most(2 * leaves * LEAF_BYTES);
      expect(sent).to.be.at.most(blocks * 4096);
    });
  }
});

import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { LEAF_BYTES } from '../../../../../src/endpoint/change-payload.js';
import { candidateRanges } from '../../../../../src/endpoint/local/changes/candidates.js';
import { RangeDiff } from '../../../../../src/endpoint/local/changes/range-diff.js';
import { VersionFile } from '../../../../../src/endpoint/local/changes/version-file.js';
import { cloneFile } from '../../../../../src/endpoint/local/sys/clone.js';
import { fsync, preallocate, punchHole } from '../../../../../src/endpoint/local/sys/data.js';
import { type FilesystemKind, withFilesystem } from '../../../../support/filesystems.js';

const MAX_SIZE = 5 * LEAF_BYTES;

/** One thing done to a file; offsets and lengths are cut to sensible places by `edit`. */
type Edit =
  | { readonly kind: 'write'; readonly at: number; readonly length: number; readonly byte: number }
  | { readonly kind: 'punch'; readonly at: number; readonly length: number }
  | { readonly kind: 'reserve'; readonly at: number; readonly length: number }
  | { readonly kind: 'size'; readonly size: number };

const place = fc.oneof(
  fc.nat({ max: MAX_SIZE }),
  fc.nat({ max: MAX_SIZE / 4096 }).map((block) => block * 4096),
  fc.nat({ max: MAX_SIZE / LEAF_BYTES }).map((leaf) => leaf * LEAF_BYTES),
);
const length = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: MAX_SIZE }));
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    at: place,
    length,
    byte: fc.nat({ max: 3 }),
  }),
  fc.record({ kind: fc.constant('punch' as const), at: place, length }),
  fc.record({ kind: fc.constant('reserve' as const), at: place, length }),
  fc.record({ kind: fc.constant('size' as const), size: place }),
);

function apply(fd: number, edits: readonly Edit[]): void {
  for (const one of edits) {
    if (one.kind === 'size') ftruncateSync(fd, one.size);
    else if (one.kind === 'punch') punchHole(fd, one.at, one.length);
    else if (one.kind === 'reserve') preallocate(fd, one.at, one.length);
    else writeSync(fd, Buffer.alloc(one.length, one.byte), 0, one.length, one.at);
  }
}

/** The basis with what the diff names laid over it, and the leaves it named. */
function patched(
  diff: RangeDiff,
  file: VersionFile,
  basis: VersionFile | null,
  basisBytes: Buffer,
  from = 0,
): { bytes: Buffer; leaves: number[] } {
  const bytes = Buffer.alloc(file.size, 0xee);
  bytes.fill(basisBytes.subarray(0, file.size), 0, Math.min(file.size, basisBytes.length));
  const leaves: number[] = [];
  let last = from;
  for (const chunk of diff.chunks(file, basis, from)) {
    expect(chunk.start).to.be.at.least(last);
    expect(chunk.end).to.be.above(chunk.start);
    for (const leaf of chunk.leaves) {
      expect(leaf.number).to.be.above(leaves.at(-1) ?? -1);
      leaves.push(leaf.number);
      for (const range of leaf.ranges) {
        expect(range.start).to.be.at.least(Math.max(last, leaf.number * LEAF_BYTES));
        expect(range.end).to.be.above(range.start);
        expect(range.end).to.be.at.most(Math.min(file.size, (leaf.number + 1) * LEAF_BYTES));
        last = range.end;
        if (!range.data) bytes.fill(0, range.start, range.end);
        else {
          const content = chunk.bytes.subarray(range.start - chunk.start, range.end - chunk.start);
          bytes.set(content, range.start);
        }
      }
    }
  }
  return { bytes, leaves };
}

function leafOf(bytes: Buffer, number: number): Buffer {
  return bytes.subarray(number * LEAF_BYTES, (number + 1) * LEAF_BYTES);
}

function holdsOn(folder: () => string, share: boolean): void {
  const diff = new RangeDiff();

  function withPair(
    first: readonly Edit[],
    second: readonly Edit[],
    check: (file: VersionFile, basis: VersionFile, expected: Buffer, former: Buffer) => void,
  ): void {
    const names = [join(folder(), 'basis'), join(folder(), 'file')] as const;
    const basisFd = openSync(names[0], 'w+');
    const fileFd = openSync(names[1], 'w+');
    try {
      apply(basisFd, first);
      if (share) cloneFile(basisFd, fileFd);
      else apply(fileFd, first);
      apply(fileFd, second);
      const [former, expected] = [readFileSync(names[0]), readFileSync(names[1])];
      check(
        new VersionFile(fileFd, expected.length),
        new VersionFile(basisFd, former.length),
        expected,
        former,
      );
    } finally {
      closeSync(basisFd);
      closeSync(fileFd);
    }
  }

  const edits = fc.array(edit, { maxLength: 8 });

  it('names ranges that turn the basis into the file, and every leaf that differs', () => {
    fc.assert(
      fc.property(edits, edits, (first, second) => {
        withPair(first, second, (file, basis, expected, former) => {
          const { bytes, leaves } = patched(diff, file, basis, former);
          expect(bytes.equals(expected)).to.equal(true);
          for (let number = 0; number * LEAF_BYTES < expected.length; number++) {
            if (leafOf(expected, number).equals(leafOf(former, number))) continue;
            expect(leaves).to.include(number);
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  it('covers a file without a basis, holes told apart', () => {
    fc.assert(
      fc.property(edits, (all) => {
        withPair([], all, (file, _basis, expected) => {
          const { bytes, leaves } = patched(diff, file, null, Buffer.alloc(0));
          expect(bytes.equals(expected)).to.equal(true);
          expect(leaves).to.deep.equal([...Array(Math.ceil(expected.length / LEAF_BYTES)).keys()]);
        });
      }),
      { numRuns: 50 },
    );
  });

  it('goes on from any leaf', () => {
    fc.assert(
      fc.property(edits, edits, fc.nat({ max: 5 }), (first, second, leaf) => {
        withPair(first, second, (file, basis, expected, former) => {
          const from = Math.min(leaf * LEAF_BYTES, Math.floor(file.size / LEAF_BYTES) * LEAF_BYTES);
          const mixed = Buffer.concat([expected.subarray(0, from), former.subarray(from)]);
          const { bytes } = patched(diff, file, basis, mixed, from);
          expect(bytes.equals(expected)).to.equal(true);
        });
      }),
      { numRuns: 50 },
    );
  });

  it('names nothing when the same bytes were written again', () => {
    const content = { kind: 'write', at: 0, length: 3 * LEAF_BYTES, byte: 1 } as const;
    withPair([content], [{ ...content, at: LEAF_BYTES, length: 5000 }], (file, basis) => {
      expect([...diff.chunks(file, basis, 0)].flatMap(({ leaves }) => leaves)).to.deep.equal([]);
    });
  });

  it('names zeros that were written where the basis has a hole', () => {
    const hole = { kind: 'size', size: 3 * LEAF_BYTES } as const;
    const zeros = { kind: 'write', at: LEAF_BYTES, length: LEAF_BYTES, byte: 0 } as const;
    withPair([hole], [zeros], (file, basis) => {
      fsync(file.fd);
      const leaves = [...diff.chunks(file, basis, 0)].flatMap((chunk) => chunk.leaves);
      const ranges = [{ start: LEAF_BYTES, end: 2 * LEAF_BYTES, data: true }];
      expect(leaves).to.deep.equal([{ number: 1, hole: false, ranges }]);
    });
  });

  it('names the last leaf of a file that only became shorter', () => {
    const content = { kind: 'write', at: 0, length: 2 * LEAF_BYTES, byte: 1 } as const;
    withPair([content], [{ kind: 'size', size: LEAF_BYTES + 8192 }], (file, basis) => {
      const leaves = [...diff.chunks(file, basis, 0)].flatMap((chunk) => chunk.leaves);
      expect(leaves.map(({ number, ranges }) => [number, ranges.length])).to.deep.equal([[1, 0]]);
    });
  });
}

describe('RangeDiff', () => {
  describe('on tmpfs or what the system has', () => {
    let folder = '';
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'dm-ranges-'));
    });
    after(() => rmSync(folder, { recursive: true }));
    holdsOn(() => folder, false);
  });

  for (const [kind, share] of [
    ['ext4', false],
    ['xfs', true],
    ['btrfs', true],
  ] as const satisfies readonly (readonly [FilesystemKind, boolean])[]) {
    describe(`on ${kind}`, () => {
      const filesystem = withFilesystem(kind, 320);
      const folder = (): string => {
        const path = join(filesystem().path, 'pair');
        mkdirSync(path, { recursive: true });
        return path;
      };
      holdsOn(folder, share);

      if (share) {
        it('looks only at the blocks that were written', () => {
          const basisFd = openSync(join(folder(), 'large'), 'w+');
          const fileFd = openSync(join(folder(), 'large-clone'), 'w+');
          writeSync(basisFd, Buffer.alloc(64 * LEAF_BYTES, 7));
          fsync(basisFd);
          cloneFile(basisFd, fileFd);
          const written = [3, 100, 900].map((block) => block * 4096);
          for (const at of written) writeSync(fileFd, Buffer.alloc(4096, 8), 0, 4096, at);
          const size = 64 * LEAF_BYTES;
          const candidates = [
            ...candidateRanges(new VersionFile(fileFd, size), new VersionFile(basisFd, size), 0),
          ];
          closeSync(basisFd);
          closeSync(fileFd);
          expect(candidates).to.deep.equal(written.map((start) => ({ start, end: start + 4096 })));
        });
      }
    });
  }
});

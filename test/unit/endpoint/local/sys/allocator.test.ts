import { expect } from 'chai';
import { limitAllocator } from '../../../../../src/endpoint/local/sys/allocator.js';
import { bind } from '../../../../../src/endpoint/local/sys/libc.js';
import { until } from '../../../../support/e2e-until.js';
import { MEBIBYTE } from '../../../../support/resident-memory.js';

/** Below what is a mapping of its own. */
const PIECE = 4_096;
const PIECES = 32_768;
/** One of so many stays in use, so that none of their neighbours is at the end of the heap. */
const KEPT_EVERY = 64;

describe('memory that is free between pieces in use', () => {
  it('goes back to the kernel', async () => {
    const malloc = bind<(bytes: number) => bigint>('malloc', 'int64_t', ['size_t']);
    const fill = bind<(at: bigint, value: number, bytes: number) => bigint>('memset', 'int64_t', [
      'int64_t',
      'int',
      'size_t',
    ]);
    const free = bind<(at: bigint) => number>('free', 'int', ['int64_t']);
    using _allocator = limitAllocator({ trimEveryMs: 50 });
    const pieces = Array.from({ length: PIECES }, () => fill(malloc(PIECE), 1, PIECE));
    const full = process.memoryUsage.rss();
    const kept = pieces.filter((_, at) => at % KEPT_EVERY === 0);
    for (const [at, piece] of pieces.entries()) if (at % KEPT_EVERY !== 0) free(piece);
    // 128 MiB were taken.
    await until('it has gone back', () => full - process.memoryUsage.rss() > 64 * MEBIBYTE, 10_000);
    for (const piece of kept) free(piece);
    expect(kept).to.have.length(PIECES / KEPT_EVERY);
  });
});

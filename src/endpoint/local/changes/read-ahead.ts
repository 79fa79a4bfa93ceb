import { advise } from '../sys/data.js';
import type { Stretch } from './stretches.js';
import type { VersionFile } from './version-file.js';

/** Bytes that the kernel is asked for ahead of what is compared. */
const AHEAD_BYTES = 4 * 1024 * 1024;

/**
 * The stretches as they come, with the kernel reading those behind them meanwhile:
 * scattered blocks, which it cannot foresee by itself. Without a basis a file is read
 * from its start on, which it does foresee.
 */
export function* readAhead(
  stretches: Iterable<Stretch>,
  file: VersionFile,
  basis: VersionFile | null,
): Generator<Stretch, void> {
  if (basis === null) {
    yield* stretches;
    return;
  }
  const ahead: Stretch[] = [];
  let bytes = 0;
  for (const stretch of stretches) {
    advise(file.fd, stretch.start, stretch.end - stretch.start, 'willNeed');
    for (const { start, end } of stretch.candidates) {
      advise(basis.fd, start, end - start, 'willNeed');
    }
    ahead.push(stretch);
    bytes += stretch.end - stretch.start;
    while (bytes > AHEAD_BYTES) {
      const next = ahead.shift() as Stretch;
      bytes -= next.end - next.start;
      yield next;
    }
  }
  yield* ahead;
}

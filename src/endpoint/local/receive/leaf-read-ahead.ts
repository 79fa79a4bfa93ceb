import { LEAF_BYTES, PayloadReader } from '../../change-payload.js';
import { advise } from '../sys/data.js';

/**
 * Has the kernel read the leaves of the file `fd` of `size` bytes whose digests are in `payload`: each will be checked with the bytes
 * around its new ones, which lie scattered, so that the kernel cannot foresee them. Stops at a record of another file.
 */
export function readLeavesAhead(fd: number, size: bigint, payload: Uint8Array): void {
  const reader = new PayloadReader(payload);
  for (let record = reader.next(); record !== null; record = reader.next()) {
    if (record.kind === 'end' || record.kind === 'failure') return;
    if (record.kind !== 'leaves' || record.first * LEAF_BYTES >= size) continue;
    advise(fd, record.first * LEAF_BYTES, record.digests.length * LEAF_BYTES, 'willNeed');
  }
}

import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { parsePackId } from '../../../../../src/catalog/page-store.js';
import { PackRanges } from '../../../../../src/endpoint/object/read/pack-ranges.js';
import { RepositoryLayout } from '../../../../../src/repository/object-layout.js';
import { S3Server } from '../../../../support/s3-server/s3-server.js';
import { openTestStore } from '../../../../support/s3-store.js';

const NEVER = new AbortController().signal;
const PACKS = 20;
const SIZES = [200, 4_000, 60_000, 300_000];

describe('ranges of packs in a bucket', () => {
  it('come over one connection, one after the other', async () => {
    await using server = await S3Server.open();
    await using store = await openTestStore(server.endpoint);
    const layout = new RepositoryLayout(Buffer.from('/tree'));
    const ranges = new PackRanges({ layout, cacheBytes: 1 << 20 }, { store }, NEVER);
    const body = randomBytes(400_000);
    const packs = Array.from({ length: PACKS }, () => parsePackId(randomBytes(16).toString('hex')));
    for (const pack of packs) await store.put(layout.pack('data', pack), body, {}, NEVER);
    const before = server.connections;
    for (const [index, pack] of packs.entries()) {
      const length = SIZES[index % SIZES.length] ?? 0;
      const bytes = await ranges.read('data', pack, 1_000, length);
      expect(bytes.equals(body.subarray(1_000, 1_000 + length))).to.equal(true);
    }
    expect(server.connections - before).to.be.lessThan(2);
  });
});

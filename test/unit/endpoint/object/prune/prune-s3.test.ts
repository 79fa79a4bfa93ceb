import { expect } from 'chai';
import { openTestStore } from '../../../../support/s3-store.js';
import { BASE_PATH } from '../receive/object-fixture.js';
import { BucketFixture } from './bucket-fixture.js';
import { errorOf } from './prune-fixture.js';

const DAY_MS = 86_400_000;
const LATER = { graceMs: DAY_MS, leftoverMs: DAY_MS, wait: false, repackBelow: 0 };

describe('prune of a bucket', function () {
  this.timeout(120_000);

  it('frees what is not needed, by the clock of the bucket, and drops uploads that were left', async () => {
    await using fixture = await BucketFixture.make({ clockAheadMs: 3 * 60_000 });
    const number = await fixture.makeGarbage();
    fixture.server.fault('CompleteMultipartUpload', {
      kind: 'status',
      status: 403,
      code: 'AccessDenied',
    });
    await using store = await fixture.openStore();
    const large = (async function* () {
      for (let i = 0; i < 9; i++) yield Buffer.alloc(1 << 20, i);
    })();
    fixture.server.fault('AbortMultipartUpload', {
      kind: 'status',
      status: 403,
      code: 'AccessDenied',
    });
    await errorOf(store.putStream(`${BASE_PATH}/index/left`, large, {}, fixture.signal));
    expect(fixture.server.unfinishedUploads).to.equal(1);
    const before = await fixture.bucketBytes();
    const listed = await fixture.prune(LATER);
    expect(listed).to.include({ packsDeleted: 0, packsDoomed: 0, uploadsDropped: 0 });
    fixture.server.ageMs += 2 * DAY_MS;
    const doomed = await fixture.prune(LATER);
    expect(doomed.bytesDoomed).to.be.greaterThan(2_900_000);
    expect(doomed.uploadsDropped).to.equal(1);
    expect(fixture.server.unfinishedUploads).to.equal(0);
    const early = await fixture.prune(LATER);
    expect(early.packsDeleted).to.equal(0);
    fixture.server.ageMs += DAY_MS + 1_000;
    const summary = await fixture.prune(LATER);
    expect(summary.bytesFreed).to.equal(doomed.bytesDoomed);
    expect(before - (await fixture.bucketBytes())).to.be.within(
      summary.bytesFreed - 1_000,
      summary.bytesFreed,
    );
    await fixture.expectGood(number);
  });

  it('says what versions keep', async () => {
    const options = { lock: { mode: 'COMPLIANCE', days: 30 } } as const;
    await using fixture = await BucketFixture.make({ versioning: true, objectLock: true }, options);
    const number = await fixture.makeGarbage();
    const summary = await fixture.prune();
    expect(summary.bytesFreed).to.equal(0);
    expect(summary.bytesKeptAsVersions).to.be.greaterThan(2_900_000);
    await fixture.expectGood(number);
  });

  it('without conditional puts needs a single writer', async () => {
    await using fixture = await BucketFixture.make({ conditional: false }, { singleWriter: true });
    const number = await fixture.makeGarbage();
    await using store = await openTestStore(fixture.server.endpoint);
    const error = await errorOf(fixture.prune({}, { store }));
    expect(error.code).to.equal('not_supported');
    expect(error.message).to.contain('--single-writer');
    expect((await fixture.prune()).bytesFreed).to.be.greaterThan(2_900_000);
    await fixture.expectGood(number);
  });
});

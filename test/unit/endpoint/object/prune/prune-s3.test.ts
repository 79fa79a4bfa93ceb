import { expect } from 'chai';
import type { S3StoreOptions } from '../../../../../src/endpoint/object/store/s3/s3-options.js';
import { verifyFromHere } from '../../../../../src/engine/verify-from-here.js';
import type { ObjectStore } from '../../../../../src/repository/object-store.js';
import { S3Server, type S3ServerOptions } from '../../../../support/s3-server/s3-server.js';
import { openTestStore } from '../../../../support/s3-store.js';
import { BASE_PATH } from '../receive/object-fixture.js';
import { errorOf, PruneFixture } from './prune-fixture.js';

const DAY_MS = 86_400_000;
const LATER = { graceMs: DAY_MS, leftoverMs: DAY_MS, wait: false, repackBelow: 0 };

/** Backups in a bucket. */
class BucketFixture extends PruneFixture {
  readonly #server: S3Server;
  readonly #options: Partial<S3StoreOptions>;

  private constructor(server: S3Server, options: Partial<S3StoreOptions>) {
    super();
    this.#server = server;
    this.#options = options;
  }

  static async make(
    server: S3ServerOptions = {},
    options: Partial<S3StoreOptions> = {},
  ): Promise<BucketFixture> {
    return new BucketFixture(await S3Server.open(server), options);
  }

  get server(): S3Server {
    return this.#server;
  }

  override openStore(): Promise<ObjectStore> {
    return openTestStore(this.#server.endpoint, this.#options);
  }

  /** Bytes of current objects below the base path. */
  async bucketBytes(): Promise<number> {
    await using store = await this.openStore();
    let sum = 0;
    for await (const page of store.list(BASE_PATH, {}, this.signal)) {
      for (const { size } of page) sum += size;
    }
    return sum;
  }

  /** Two datasets, of which the first is deleted: 3 MB are garbage. */
  async makeGarbage(): Promise<number> {
    this.copy.sh('head -c 3000000 /dev/urandom > early');
    const first = await this.backUp();
    this.copy.sh('rm early; echo later > later');
    const second = await this.backUp();
    await using store = await this.openStore();
    const name = first.dataset?.id;
    for await (const page of store.list(`${BASE_PATH}/datasets/`, {}, this.signal)) {
      for (const { key } of page)
        if (key.endsWith(`-${name}`)) await store.delete([key], this.signal);
    }
    return second.dataset?.number ?? 0;
  }

  async expectGood(number: number): Promise<void> {
    const source = await this.makeSource();
    const result = await verifyFromHere(source, { number }, () => undefined, this.signal);
    expect(result).to.include({ bad: 0, files: 1 });
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

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

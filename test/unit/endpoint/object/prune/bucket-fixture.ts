import { expect } from 'chai';
import type { S3StoreOptions } from '../../../../../src/endpoint/object/store/s3/s3-options.js';
import { verifyFromHere } from '../../../../../src/engine/verify-from-here.js';
import type { DatasetId } from '../../../../../src/model/ids.js';
import type { ObjectStore } from '../../../../../src/repository/object-store.js';
import { S3Server, type S3ServerOptions } from '../../../../support/s3-server/s3-server.js';
import { openTestStore } from '../../../../support/s3-store.js';
import { BASE_PATH } from '../receive/object-fixture.js';
import { PruneFixture } from './prune-fixture.js';

/** Backups in a bucket. */
export class BucketFixture extends PruneFixture {
  readonly #server: S3Server;
  readonly #options: Partial<S3StoreOptions>;

  protected constructor(server: S3Server, options: Partial<S3StoreOptions>) {
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
    await this.dropDataset(first.dataset?.id);
    return second.dataset?.number ?? 0;
  }

  /** Deletes the record of a dataset. */
  async dropDataset(id: DatasetId | undefined): Promise<void> {
    await using store = await this.openStore();
    for await (const page of store.list(`${BASE_PATH}/datasets/`, {}, this.signal)) {
      for (const { key } of page)
        if (key.endsWith(`-${id}`)) await store.delete([key], this.signal);
    }
  }

  async expectGood(number: number, files = 1): Promise<void> {
    const source = await this.makeSource();
    const result = await verifyFromHere(source, { number }, () => undefined, this.signal);
    expect(result).to.include({ bad: 0, files });
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

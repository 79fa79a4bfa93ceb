import { describeObjectStore } from '../../../../contract/object-store-contract.js';
import { S3Server, type S3ServerOptions } from '../../../../support/s3-server/s3-server.js';
import { openTestStore } from '../../../../support/s3-store.js';

const LOCK = { mode: 'GOVERNANCE', days: 1 } as const;

const fixture =
  (options: S3ServerOptions, more: Parameters<typeof openTestStore>[1] = {}) =>
  async () => {
    const server = await S3Server.open(options);
    const store = await openTestStore(server.endpoint, more);
    const other = await openTestStore(server.endpoint, more);
    return {
      store,
      other,
      singleWriter: more.singleWriter ?? false,
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]();
        await other[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  };

describeObjectStore('S3 server', fixture({ pageSize: 100 }, { prefix: 'some/prefix' }));
describeObjectStore(
  'S3 server with versions and locks',
  fixture({ versioning: true, objectLock: true }, { lock: LOCK }),
);
describeObjectStore('S3 server without conditional put', fixture({ conditional: false }));
describeObjectStore(
  'S3 server without conditional put, one writer',
  fixture({ conditional: false }, { singleWriter: true }),
);

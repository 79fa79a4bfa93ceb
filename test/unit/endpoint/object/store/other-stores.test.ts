import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { openObjectStore } from '../../../../../src/assembly/object-stores.js';
import { DEFAULT_TIMING } from '../../../../../src/endpoint/object/store/retry.js';
import { parseAccountId } from '../../../../../src/model/ids.js';
import {
  DEFAULT_STORE_SETTINGS,
  isObjectAccountType,
  NO_SECRETS,
  parseDirectoryUri,
} from '../../../../../src/model/object-account.js';
import { systemClock } from '../../../../../src/util/clock.js';
import {
  describeObjectStore,
  type ObjectStoreFixture,
} from '../../../../contract/object-store-contract.js';
import { openTestStore } from '../../../../support/s3-store.js';
import { TempDirectory } from '../../../../support/temp-directory.js';

/** What we use of the npm package, which has no types. */
interface Rver {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}
type RverClass = new (options: Readonly<Record<string, unknown>>) => Rver;

describeObjectStore('@20minutes/s3rver', async () => {
  const S3rver = createRequire(import.meta.url)('@20minutes/s3rver') as RverClass;
  const directory = new TempDirectory();
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    // It computes some signatures otherwise than the SDK does; the access id is still checked.
    allowMismatchedSignatures: true,
    directory: directory.path,
    configureBuckets: [{ name: 'bucket' }],
  });
  const { port } = await server.run();
  const more = {
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    singleWriter: true,
  };
  // As patient as agents are: what this server is asked again while it is still at work at it, it answers with 500.
  const store = await openTestStore(`http://127.0.0.1:${port}`, more, DEFAULT_TIMING);
  return {
    store,
    other: store,
    singleWriter: true,
    plainOnly: true,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await server.close();
      directory[Symbol.dispose]();
    },
  };
});

const { DM_TEST_STORE_URI: uri, DM_TEST_STORE_TYPE: type = 'S3', ...env } = process.env;

// Any store: DM_TEST_STORE_URI, DM_TEST_STORE_TYPE (S3),
// DM_TEST_STORE_ACCESS_ID, DM_TEST_STORE_SECRET_FILE, DM_TEST_STORE_REGION,
// DM_TEST_STORE_LOCK_DAYS (with object lock, in mode GOVERNANCE).
if (uri !== undefined && isObjectAccountType(type)) {
  const lockDays = Number(env.DM_TEST_STORE_LOCK_DAYS ?? 0);
  const file = env.DM_TEST_STORE_SECRET_FILE;
  const open = (run: string) =>
    openObjectStore(
      {
        id: parseAccountId('0'.repeat(48)),
        name: 'store of the environment',
        type,
        uri: `${uri.replace(/\/$/, '')}/${run}`,
        briefcase: '',
        store: {
          ...DEFAULT_STORE_SETTINGS,
          accessId: env.DM_TEST_STORE_ACCESS_ID ?? '',
          region: env.DM_TEST_STORE_REGION ?? '',
          allowInsecure: true,
          objectLockMode: lockDays > 0 ? 'GOVERNANCE' : '',
          objectLockDays: lockDays,
        },
      },
      {
        ...NO_SECRETS,
        secretKey: file === undefined ? '' : readFileSync(file, 'utf8').trimEnd(),
      },
      { clock: systemClock, random: Math.random, randomBytes },
      new AbortController().signal,
    );
  describeObjectStore(`${type} ${uri}`, async (): Promise<ObjectStoreFixture> => {
    const run = `dm-test-${randomBytes(8).toString('hex')}`;
    const directory = type === 'DIRECTORY' ? `${parseDirectoryUri(uri)}/${run}` : null;
    if (directory !== null) mkdirSync(directory);
    const store = await open(run);
    const other = await open(run);
    return {
      store,
      other,
      [Symbol.asyncDispose]: async () => {
        await store[Symbol.asyncDispose]();
        await other[Symbol.asyncDispose]();
        if (directory !== null) rmSync(directory, { recursive: true });
      },
    };
  });
}

import { randomBytes } from 'node:crypto';
import { DEFAULT_TIMING, type StoreTiming } from '../../src/endpoint/object/store/retry.js';
import type { S3StoreOptions } from '../../src/endpoint/object/store/s3/s3-options.js';
import { S3Store } from '../../src/endpoint/object/store/s3/s3-store.js';
import { type Clock, systemClock } from '../../src/util/clock.js';
import { ACCESS_ID, BUCKET, SECRET_KEY } from './s3-server/s3-server.js';

/** As patient as the real ones, but quick. */
export const QUICK: StoreTiming = {
  ...DEFAULT_TIMING,
  attempts: 4,
  firstDelayMs: 5,
  maxDelayMs: 20,
  answerMs: 400,
  minBytesPerSecond: 256 << 10,
  rateWindowMs: 200,
};

/** Opens the bucket of a test server. */
export function openTestStore(
  endpoint: string,
  more: Partial<S3StoreOptions> = {},
  timing: StoreTiming = QUICK,
  clock: Clock = systemClock,
): Promise<S3Store> {
  const options: S3StoreOptions = {
    endpoint,
    bucket: BUCKET,
    prefix: '',
    region: 'us-east-1',
    addressing: 'path',
    credentials: { accessKeyId: ACCESS_ID, secretAccessKey: SECRET_KEY },
    caPem: '',
    proxyUri: '',
    storageClass: '',
    enforceSse: false,
    lock: null,
    maxTasks: 8,
    singleWriter: false,
    readOnly: false,
    tryConditionalPut: true,
    ...more,
  };
  const modules = { clock, random: Math.random, randomBytes, timing };
  return S3Store.open(options, modules, new AbortController().signal);
}

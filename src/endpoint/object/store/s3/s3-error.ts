import { DmError } from '../../../../model/error.js';
import type { ErrorCode } from '../../../../model/error-codes.js';

const THROTTLED = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'XMinioServerNotInitialized',
]);
const FULL = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull']);
const AGAIN = new Set([
  'RequestTimeout',
  'InternalError',
  'OperationAborted',
  'ConditionalRequestConflict',
  'BadDigest',
  'IncompleteBody',
  'TimeoutError',
  'XAmzContentSHA256Mismatch',
]);
const REMEDIES: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'the access id is not known; correct --access-id',
  SignatureDoesNotMatch: 'the signature is wrong; correct the secret key, or --region',
  ExpiredToken: 'the session token has expired; give a new one with --session-token-file',
  InvalidToken: 'the session token is not valid; give a new one with --session-token-file',
  RequestTimeTooSkewed: 'the clocks differ too much; set the clock of this host',
  AuthorizationHeaderMalformed: 'the region is wrong; correct --region',
  NoSuchBucket: 'the bucket does not exist; make it, or correct --uri',
  AccessDenied: 'a right is missing; see the policies of the user and of the bucket',
  CredentialsProviderError: 'no credentials were found; give --access-id and a secret key',
};
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPROTO',
  'ERR_STREAM_PREMATURE_CLOSE',
]);
const CERTIFICATE = /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_(VERIFY|GET_ISSUER)/;

/**
 * The one classifier of what goes wrong with a bucket. Of the server's answer only its code and status go into the
 * message: its text could repeat what we sent.
 */
export function s3Error(error: unknown, what: string): DmError {
  if (error instanceof DmError) return error;
  const name = nameOf(error);
  const status = statusOf(error);
  const failed = (code: ErrorCode, text: string) =>
    new DmError(code, `${what}: ${text}`, { data: { status, answer: name }, cause: error });

  const call = callCode(error);
  if (call !== null && CERTIFICATE.test(call)) {
    return failed('store_refused', `its certificate is not trusted (${call}); see --ca-file`);
  }
  if (call !== null && NETWORK.has(call)) {
    return failed('store_unreachable', `no connection (${call}); check --uri and the network`);
  }
  const remedy = REMEDIES[name];
  if (remedy !== undefined) return failed('store_refused', `${name}: ${remedy}`);
  if (FULL.has(name) || status === 507) return failed('no_space', `the store is full (${name})`);
  // The answer to HEAD has no code: then 503 is what a store says that is asked too much.
  const slow = status === 429 || THROTTLED.has(name) || (status === 503 && name === 'Unknown');
  if (slow) {
    return failed('store_throttled', `the store asks for fewer requests (${status} ${name})`);
  }
  if (status >= 500 && status !== 501) {
    return failed('store_unreachable', `the store failed (${status} ${name}); try again later`);
  }
  if (AGAIN.has(name) || status === 409) {
    return failed('store_unreachable', `the store could not do it now (${status} ${name})`);
  }
  if (status === 404) return failed('not_found', 'does not exist');
  if (status === 412) return failed('already_exists', 'exists already');
  if (status === 416) return failed('corrupt', 'is shorter than it should be');
  if (status === 501 || status === 405) {
    return failed('not_supported', `the store cannot do that (${status} ${name})`);
  }
  if (status >= 400) {
    return failed('store_refused', `${name} (${status}); see credentials, rights and --region`);
  }
  if (status >= 200 || error instanceof SyntaxError) {
    return failed(
      'store_unreachable',
      `the answer makes no sense (${name}); is it an S3 endpoint?`,
    );
  }
  return failed('store_unreachable', `the request failed (${name}${call ? ` ${call}` : ''})`);
}

/** The code of an answer, as far as it looks like one. */
export function nameOf(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  return /^[A-Za-z][A-Za-z0-9._]{0,63}$/.test(name) ? name : 'unknown';
}

export function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return 0;
  const { $metadata: metadata } = error;
  if (typeof metadata !== 'object' || metadata === null) return 0;
  return 'httpStatusCode' in metadata ? Number(metadata.httpStatusCode) || 0 : 0;
}

/** The code of a failed connection; the SDK wraps some in another error. */
function callCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string' && /^[A-Z0-9_]+$/.test(error.code)) {
    return error.code;
  }
  return error.cause === undefined ? null : callCode(error.cause);
}

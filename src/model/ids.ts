/**
 * Branded identifiers. Each is made only by its parse (or mint) function, so a value of the
 * type has been checked once and is trusted from there on.
 */
import { DmError } from './error.js';

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** 36 upper-case hex digits, random, made once per agent state. */
export type SystemGuid = Branded<string, 'SystemGuid'>;
/** 48 lower-case hex digits. */
export type AccountId = Branded<string, 'AccountId'>;
/** 32 lower-case hex digits: the random 128-bit id of a dataset, the same on every copy. */
export type DatasetId = Branded<string, 'DatasetId'>;
/** 32 lower-case hex digits: the random 128-bit id of one origin tree, the same on every copy. */
export type TreeId = Branded<string, 'TreeId'>;
/** 64 lower-case hex digits: a BLAKE3-256 digest. */
export type DigestHex = Branded<string, 'DigestHex'>;
/** SPKI SHA-256 of a peer's public key, 64 lower-case hex digits. */
export type SpkiFingerprint = Branded<string, 'SpkiFingerprint'>;
/** Small positive integers, local to one agent. */
export type PolicyId = Branded<number, 'PolicyId'>;
export type BasePolicyId = Branded<number, 'BasePolicyId'>;
export type JobId = Branded<number, 'JobId'>;
/** Number of a dataset at one place: given once, never reused. */
export type DatasetNumber = Branded<number, 'DatasetNumber'>;
/**
 * File identity inside a tree: an unsigned 64-bit number, 24 bits of
 * incarnation above 40 bits of counter.
 */
export type Gfid = Branded<bigint, 'Gfid'>;

/** The gfid of every tree's root directory. */
export const ROOT_GFID = 1n as Gfid;

function hexParser<T extends string>(what: string, digits: number, upper: boolean) {
  const pattern = new RegExp(`^[0-9a-f]{${digits}}$`);
  return (text: string): T => {
    const lower = text.toLowerCase();
    if (!pattern.test(lower)) {
      throw new DmError(
        'invalid_argument',
        `${what} "${text.slice(0, 80)}" is not ${digits} hex digits; copy it from a list command`,
      );
    }
    return (upper ? lower.toUpperCase() : lower) as T;
  };
}

export const parseSystemGuid = hexParser<SystemGuid>('system guid', 36, true);
export const parseAccountId = hexParser<AccountId>('account id', 48, false);
export const parseDatasetId = hexParser<DatasetId>('dataset global id', 32, false);
export const parseTreeId = hexParser<TreeId>('tree id', 32, false);
export const parseDigest = hexParser<DigestHex>('digest', 64, false);

/** Accepts colons and an optional `spki:` or `sha256:` in front, as people paste them. */
export function parseSpkiFingerprint(text: string): SpkiFingerprint {
  const plain = text.replace(/^(spki|sha256):/i, '').replaceAll(':', '');
  return hexParser<SpkiFingerprint>('fingerprint', 64, false)(plain);
}

function smallInteger<T extends number>(what: string) {
  return (value: number | string): T => {
    const number = typeof value === 'string' && /^[0-9]{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1) {
      throw new DmError(
        'invalid_argument',
        `${what} "${String(value).slice(0, 80)}" is not a positive whole number`,
      );
    }
    return number as T;
  };
}

export const parsePolicyId = smallInteger<PolicyId>('policy id');
export const parseBasePolicyId = smallInteger<BasePolicyId>('base policy id');
export const parseJobId = smallInteger<JobId>('job id');
export const parseDatasetNumber = smallInteger<DatasetNumber>('dataset number');

const U64_MAX = (1n << 64n) - 1n;

export function parseGfid(value: bigint): Gfid {
  if (value < 1n || value > U64_MAX) {
    throw new DmError('protocol_error', `file id ${value} is out of range`);
  }
  return value as Gfid;
}

/** The account id of the local place: the system guid padded with zeros (contract section 2). */
export function localAccountId(guid: SystemGuid): AccountId {
  return parseAccountId(guid.toLowerCase().padEnd(48, '0'));
}

export const LOOPBACK_ACCOUNT_ID = parseAccountId('fd'.padEnd(48, '0'));

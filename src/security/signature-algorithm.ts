import { constants, type KeyObject, verify } from 'node:crypto';
import { DER_TAG, type DerNode, derChildren, derOid, expectTag } from './der.js';

export interface SignatureAlgorithm {
  /** For people and JSON: "sha256WithRSAEncryption", or the dotted identifier of an unknown one. */
  readonly name: string;
  /** Node's name of the digest; null where the scheme brings its own (Ed25519). */
  readonly digest: string | null;
  readonly padding: 'pkcs1' | 'pss' | 'none';
  /** True only for the schemes that are still safe to trust. */
  readonly strong: boolean;
}

const RSA_PSS = '1.2.840.113549.1.1.10';
const DIGESTS: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
const KNOWN: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.113549.1.1.4': rsa('md5', false),
  '1.2.840.113549.1.1.5': rsa('sha1', false),
  '1.2.840.113549.1.1.14': rsa('sha224', false),
  '1.2.840.113549.1.1.11': rsa('sha256', true),
  '1.2.840.113549.1.1.12': rsa('sha384', true),
  '1.2.840.113549.1.1.13': rsa('sha512', true),
  '1.2.840.10045.4.1': ecdsa('sha1', false),
  '1.2.840.10045.4.3.1': ecdsa('sha224', false),
  '1.2.840.10045.4.3.2': ecdsa('sha256', true),
  '1.2.840.10045.4.3.3': ecdsa('sha384', true),
  '1.2.840.10045.4.3.4': ecdsa('sha512', true),
  '1.3.101.112': { name: 'Ed25519', digest: null, padding: 'none', strong: true },
  '1.3.101.113': { name: 'Ed448', digest: null, padding: 'none', strong: true },
};

function rsa(digest: string, strong: boolean): SignatureAlgorithm {
  return { name: `${digest}WithRSAEncryption`, digest, padding: 'pkcs1', strong };
}

function ecdsa(digest: string, strong: boolean): SignatureAlgorithm {
  return { name: `ecdsa-with-${digest.toUpperCase()}`, digest, padding: 'none', strong };
}

/**
 * Reads an AlgorithmIdentifier of a signature. An unknown one is kept by
 * its identifier and is never strong.
 */
export function readSignatureAlgorithm(node: DerNode | undefined): SignatureAlgorithm {
  const [type, parameters] = derChildren(
    expectTag(node, DER_TAG.sequence, 'a signature algorithm'),
  );
  const oid = derOid(type);
  if (oid === RSA_PSS) return readPss(parameters);
  return KNOWN[oid] ?? { name: oid, digest: null, padding: 'none', strong: false };
}

/** RSASSA-PSS names its digest in its parameters ([0], SHA-1 when left out). */
function readPss(parameters: DerNode | undefined): SignatureAlgorithm {
  const fields = parameters?.tag === DER_TAG.sequence ? derChildren(parameters) : [];
  const hash = fields.find((field) => field.tag === 0xa0);
  const algorithm = hash === undefined ? undefined : derChildren(hash)[0];
  const oid = algorithm === undefined ? '1.3.14.3.2.26' : derOid(derChildren(algorithm)[0]);
  const digest = DIGESTS[oid] ?? null;
  return {
    name: `RSASSA-PSS-${digest?.toUpperCase() ?? oid}`,
    digest,
    padding: 'pss',
    strong: digest !== null && digest !== 'sha1',
  };
}

/**
 * True when `signature` over `data` was made with the key; false also for
 * a scheme that does not fit the key.
 */
export function isSignedBy(
  algorithm: SignatureAlgorithm,
  data: Uint8Array,
  signature: Uint8Array,
  key: KeyObject,
): boolean {
  const isRsa = key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss';
  if (isRsa !== (algorithm.padding !== 'none')) return false;
  if (algorithm.digest === null && !algorithm.strong) return false;
  const options =
    algorithm.padding === 'pss'
      ? {
          key,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_AUTO,
        }
      : key;
  return verify(algorithm.digest, data, options, signature);
}

/**
 * Makes CAs, identities and revocation lists for tests, good and bad ones, in memory and in well
 * under a millisecond (P-256 keys; RSA keys are made once per size). Written apart from the
 * product's code, so that both can be wrong only independently.
 */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  readonly der: Buffer;
  readonly key: KeyObject;
  readonly subject: Buffer;
  readonly serial: bigint;
}

export type KeyKind = 'ec' | 'rsa1024' | 'rsa2048' | 'ed25519' | 'secp224r1';

/** Attributes as [oid, UTF8String content]; more than one makes the RDN multi-valued. */
export type Rdn = readonly (readonly [string, string | Buffer])[];

export interface CertificateOptions {
  readonly name?: string;
  /** The subject's RDNs; default one with the CN. */
  readonly subject?: readonly Rdn[];
  readonly key?: KeyObject | KeyKind;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly dns?: readonly (string | Buffer)[];
  readonly ips?: readonly Buffer[];
  readonly uris?: readonly string[];
  /** Undefined: the default of `makeCa` or `makeIdentity`; null: no such extension. */
  readonly ca?: boolean | null;
  readonly pathLength?: number;
  readonly keyUsage?: readonly (keyof typeof KEY_USAGE_BIT)[] | null;
  readonly eku?: readonly (keyof typeof EKU_OID)[] | null;
  readonly digest?: 'sha256' | 'sha1' | 'md5';
  readonly serial?: bigint;
  readonly criticalExtension?: string;
}

export interface CrlOptions {
  readonly revoked?: readonly (TestCertificate | bigint)[];
  readonly number?: number;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | null;
  readonly digest?: 'sha256' | 'sha1';
  /** Signs with this key instead of the CA's. */
  readonly signer?: KeyObject;
  readonly criticalExtension?: string;
}

export interface TestPki {
  readonly ca: TestCertificate;
  readonly alpha: TestCertificate;
  readonly beta: TestCertificate;
}

const KEY_USAGE_BIT = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyCertSign: 5,
  cRLSign: 6,
} as const;
const EKU_OID = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
} as const;
const SIGNATURE_OID = {
  rsa: {
    sha256: '1.2.840.113549.1.1.11',
    sha1: '1.2.840.113549.1.1.5',
    md5: '1.2.840.113549.1.1.4',
  },
  ec: { sha256: '1.2.840.10045.4.3.2', sha1: '1.2.840.10045.4.1', md5: '' },
  ed25519: { sha256: '1.3.101.112', sha1: '', md5: '' },
} as const;
const DAY_MS = 86_400_000;

let nextSerial = 0x1000n;
const keys = new Map<KeyKind, KeyObject>();
let sharedPki: TestPki | undefined;

/**
 * One CA and two identities of it, "alpha" and "beta", the same for every caller in the process.
 */
export function testPki(): TestPki {
  if (sharedPki === undefined) {
    const ca = makeCa();
    const alpha = makeIdentity(ca, { name: 'alpha' });
    sharedPki = { ca, alpha, beta: makeIdentity(ca, { name: 'beta' }) };
  }
  return sharedPki;
}

/** A self-signed CA: CA:TRUE, keyCertSign, cRLSign. */
export function makeCa(options: CertificateOptions = {}): TestCertificate {
  return makeCertificate(null, {
    name: 'test-ca',
    ca: true,
    keyUsage: ['keyCertSign', 'cRLSign'],
    ...options,
  });
}

/** A CA below another one. */
export function makeIntermediate(
  parent: TestCertificate,
  options: CertificateOptions = {},
): TestCertificate {
  return makeCertificate(parent, {
    name: 'intermediate-ca',
    ca: true,
    keyUsage: ['keyCertSign', 'cRLSign'],
    ...options,
  });
}

/** An identity as certs-tool makes it: CA:FALSE, digitalSignature, clientAuth and serverAuth. */
export function makeIdentity(
  ca: TestCertificate,
  options: CertificateOptions = {},
): TestCertificate {
  return makeCertificate(ca, {
    name: 'peer',
    ca: false,
    keyUsage: ['digitalSignature'],
    eku: ['clientAuth', 'serverAuth'],
    ...options,
  });
}

/**
 * Signs with the issuer's key, or with its own when `issuer` is null. Nothing is
 * checked: bad certificates are the point.
 */
export function makeCertificate(
  issuer: TestCertificate | null,
  options: CertificateOptions,
): TestCertificate {
  const key = toKey(options.key);
  const signer = issuer?.key ?? key;
  const serial = options.serial ?? nextSerial++;
  const subject = name(options.subject ?? [[['2.5.4.3', options.name ?? 'test']]]);
  const algorithm = signatureAlgorithm(signer, options.digest ?? 'sha256');
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const tbs = sequence(
    der(0xa0, integer(2n)),
    integer(serial),
    algorithm,
    issuer?.subject ?? subject,
    sequence(
      time(options.notBefore ?? new Date(Date.now() - DAY_MS)),
      time(options.notAfter ?? new Date(Date.now() + 365 * DAY_MS)),
    ),
    subject,
    spki,
    der(0xa3, sequence(...extensions(options, spki, issuer))),
  );
  const certificate = signed(tbs, algorithm, signer, options.digest ?? 'sha256');
  return {
    certPem: pem(certificate, 'CERTIFICATE'),
    keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    der: certificate,
    key,
    subject,
    serial,
  };
}

/** A revocation list in PEM, valid for a week unless told. */
export function makeCrl(ca: TestCertificate, options: CrlOptions = {}): string {
  const digest = options.digest ?? 'sha256';
  const signer = options.signer ?? ca.key;
  const algorithm = signatureAlgorithm(signer, digest);
  const thisUpdate = options.thisUpdate ?? new Date(Date.now() - 3_600_000);
  const nextUpdate =
    options.nextUpdate === undefined ? new Date(Date.now() + 7 * DAY_MS) : options.nextUpdate;
  const entries = (options.revoked ?? []).map((entry) =>
    sequence(integer(typeof entry === 'bigint' ? entry : entry.serial), time(thisUpdate)),
  );
  const listExtensions = [
    extension('2.5.29.20', false, integer(BigInt(options.number ?? 1))),
    ...(options.criticalExtension === undefined
      ? []
      : [extension(options.criticalExtension, true, sequence())]),
  ];
  const tbs = sequence(
    integer(1n),
    algorithm,
    ca.subject,
    time(thisUpdate),
    ...(nextUpdate === null ? [] : [time(nextUpdate)]),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    der(0xa0, sequence(...listExtensions)),
  );
  return pem(signed(tbs, algorithm, signer, digest), 'X509 CRL');
}

/** Writes `NAME.crt` and `NAME.key` (0600) into `directory`, which is made if need be. */
export function writeCertificate(
  directory: string,
  name: string,
  certificate: TestCertificate,
): { certPath: string; keyPath: string } {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const certPath = join(directory, `${name}.crt`);
  const keyPath = join(directory, `${name}.key`);
  writeFileSync(certPath, certificate.certPem);
  writeFileSync(keyPath, certificate.keyPem, { mode: 0o600 });
  return { certPath, keyPath };
}

/** The SPKI SHA-256 of a certificate's key, lower-case hex. */
export function spkiOf(certificate: TestCertificate): string {
  const spki = createPublicKey(certificate.key).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}

/**
 * A private key. RSA keys are slow to make and are therefore shared;
 * the others are new at every call.
 */
export function testKey(kind: KeyKind): KeyObject {
  switch (kind) {
    case 'ec':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    case 'secp224r1':
      return generateKeyPairSync('ec', { namedCurve: 'secp224r1' }).privateKey;
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey;
    default: {
      const known = keys.get(kind);
      if (known !== undefined) return known;
      const modulusLength = kind === 'rsa1024' ? 1024 : 2048;
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
      keys.set(kind, privateKey);
      return privateKey;
    }
  }
}

function toKey(key: KeyObject | KeyKind | undefined): KeyObject {
  return key === undefined || typeof key === 'string' ? testKey(key ?? 'ec') : key;
}

function extensions(
  options: CertificateOptions,
  spki: Buffer,
  issuer: TestCertificate | null,
): Buffer[] {
  const list: Buffer[] = [extension('2.5.29.14', false, der(0x04, keyId(spki)))];
  if (issuer !== null) {
    const issuerSpki = createPublicKey(issuer.key).export({ type: 'spki', format: 'der' });
    list.push(extension('2.5.29.35', false, sequence(der(0x80, keyId(issuerSpki)))));
  }
  if (options.ca !== null && options.ca !== undefined) {
    const limit = options.pathLength === undefined ? [] : [integer(BigInt(options.pathLength))];
    const flag = options.ca ? [der(0x01, Buffer.from([0xff]))] : [];
    list.push(extension('2.5.29.19', true, sequence(...flag, ...limit)));
  }
  if (options.keyUsage) {
    const byte = options.keyUsage.reduce((bits, use) => bits | (0x80 >> KEY_USAGE_BIT[use]), 0);
    list.push(extension('2.5.29.15', true, der(0x03, Buffer.from([0, byte]))));
  }
  if (options.eku) {
    list.push(extension('2.5.29.37', false, sequence(...options.eku.map((u) => oid(EKU_OID[u])))));
  }
  const names = [
    ...(options.dns ?? []).map((dns) => der(0x82, Buffer.from(dns))),
    ...(options.uris ?? []).map((uri) => der(0x86, Buffer.from(uri))),
    ...(options.ips ?? []).map((ip) => der(0x87, ip)),
  ];
  if (names.length > 0) list.push(extension('2.5.29.17', false, sequence(...names)));
  if (options.criticalExtension !== undefined) {
    list.push(extension(options.criticalExtension, true, sequence()));
  }
  return list;
}

function signed(tbs: Buffer, algorithm: Buffer, signer: KeyObject, digest: string): Buffer {
  const signature = sign(signer.asymmetricKeyType === 'ed25519' ? null : digest, tbs, signer);
  return sequence(tbs, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
}

function signatureAlgorithm(signer: KeyObject, digest: 'sha256' | 'sha1' | 'md5'): Buffer {
  const type = signer.asymmetricKeyType;
  if (type !== 'rsa' && type !== 'ec' && type !== 'ed25519') throw new Error(`no ${type} here`);
  const parameters = type === 'rsa' ? [der(0x05, Buffer.alloc(0))] : [];
  return sequence(oid(SIGNATURE_OID[type][digest]), ...parameters);
}

function keyId(spki: Buffer): Buffer {
  return createHash('sha1').update(spki).digest();
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...flag, der(0x04, value));
}

function name(rdns: readonly Rdn[]): Buffer {
  return sequence(
    ...rdns.map((rdn) => {
      const attributes = rdn.map(([id, value]) => sequence(oid(id), der(0x0c, Buffer.from(value))));
      return der(0x31, Buffer.concat(attributes));
    }),
  );
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? der(0x17, Buffer.from(digits.slice(2)))
    : der(0x18, Buffer.from(digits));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return der(0x06, Buffer.from(bytes));
}

function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const signBit = (bytes[0] ?? 0) >= 0x80;
  return der(0x02, signBit ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : null;
  const header = size ?? [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...header]), content]);
}

function pem(bytes: Buffer, label: string): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

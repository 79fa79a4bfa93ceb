import {
  DER_TAG,
  type DerNode,
  derBoolean,
  derChildren,
  derIntegerHex,
  derOid,
  expectTag,
  malformed,
  readDer,
} from './der.js';

export interface Extension {
  readonly critical: boolean;
  readonly value: Buffer;
}

export interface CertificateExtensions {
  readonly isCa: boolean;
  /** How many intermediate CAs may stand below this one; null when not limited. */
  readonly pathLength: number | null;
  readonly keyUsage: readonly string[] | null;
  readonly extendedKeyUsage: readonly string[] | null;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** Upper-case hex. */
  readonly subjectKeyId: string | null;
  readonly authorityKeyId: string | null;
  /**
   * Dotted identifiers of critical extensions that neither this
   * program nor the TLS library applies.
   */
  readonly unknownCritical: readonly string[];
}

const OID = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;
/** Name constraints and policies: applied by the TLS library when it checks the chain. */
const CHECKED_BY_TLS = ['2.5.29.30', '2.5.29.32', '2.5.29.33', '2.5.29.36', '2.5.29.54'];

const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];
const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
  '2.5.29.37.0': 'anyExtendedKeyUsage',
};

/** Extensions by dotted identifier, from the SEQUENCE OF Extension; a doubled one is refused. */
export function readExtensionList(list: DerNode): Map<string, Extension> {
  const extensions = new Map<string, Extension>();
  for (const node of derChildren(expectTag(list, DER_TAG.sequence, 'the extensions'))) {
    const fields = derChildren(expectTag(node, DER_TAG.sequence, 'an extension'));
    const oid = derOid(fields[0]);
    const flag = fields[1]?.tag === DER_TAG.boolean ? fields[1] : undefined;
    const value = expectTag(fields.at(-1), DER_TAG.octetString, `extension ${oid}`).content;
    if (extensions.has(oid)) throw malformed(`extension ${oid} stands twice`);
    extensions.set(oid, { critical: flag !== undefined && derBoolean(flag), value });
  }
  return extensions;
}

/**
 * What a certificate's extensions mean; no extensions at all (a
 * version 1 certificate) means none of it.
 */
export function readCertificateExtensions(
  extensions: ReadonlyMap<string, Extension>,
): CertificateExtensions {
  const value = (oid: string): DerNode | null => {
    const extension = extensions.get(oid);
    return extension === undefined ? null : readDer(extension.value);
  };
  const known: readonly string[] = [...Object.values(OID), ...CHECKED_BY_TLS];
  return {
    ...basicConstraints(value(OID.basicConstraints)),
    keyUsage: keyUsage(value(OID.keyUsage)),
    extendedKeyUsage: extendedKeyUsage(value(OID.extendedKeyUsage)),
    ...alternativeNames(value(OID.subjectAltName)),
    subjectKeyId: value(OID.subjectKeyId)?.content.toString('hex').toUpperCase() ?? null,
    authorityKeyId: authorityKeyId(value(OID.authorityKeyId)),
    unknownCritical: [...extensions]
      .filter(([oid, extension]) => extension.critical && !known.includes(oid))
      .map(([oid]) => oid),
  };
}

function basicConstraints(node: DerNode | null): { isCa: boolean; pathLength: number | null } {
  const fields = node === null ? [] : derChildren(node);
  const flag = fields.find((field) => field.tag === DER_TAG.boolean);
  const limit = fields.find((field) => field.tag === DER_TAG.integer);
  const length = limit === undefined ? null : Number.parseInt(derIntegerHex(limit), 16);
  return { isCa: flag !== undefined && derBoolean(flag), pathLength: length };
}

function keyUsage(node: DerNode | null): readonly string[] | null {
  if (node === null) return null;
  const { content } = expectTag(node, DER_TAG.bitString, 'the key usage');
  return KEY_USAGES.filter((_, bit) => {
    const byte = content[1 + (bit >> 3)] ?? 0;
    return (byte & (0x80 >> (bit & 7))) !== 0;
  });
}

function extendedKeyUsage(node: DerNode | null): readonly string[] | null {
  if (node === null) return null;
  return derChildren(node).map((child) => {
    const oid = derOid(child);
    return EXTENDED_KEY_USAGES[oid] ?? oid;
  });
}

function alternativeNames(node: DerNode | null): { dnsNames: string[]; ipAddresses: string[] } {
  const names = node === null ? [] : derChildren(node);
  return {
    dnsNames: names.filter((n) => n.tag === 0x82).map((n) => n.content.toString('latin1')),
    ipAddresses: names.filter((n) => n.tag === 0x87).map((n) => ipAddress(n.content)),
  };
}

function ipAddress(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw malformed('an IP address');
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  // The URL parser writes the short form that people and Node's own sockets use.
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

function authorityKeyId(node: DerNode | null): string | null {
  const field = node === null ? undefined : derChildren(node).find((child) => child.tag === 0x80);
  return field?.content.toString('hex').toUpperCase() ?? null;
}

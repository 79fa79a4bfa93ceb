import { DER_TAG, type DerNode, derChildren, derOid, expectTag } from './der.js';

const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
};
const COMMON_NAME = '2.5.4.3';

export interface DistinguishedName {
  /**
   * For people, in certificate order ("O=Site, CN=alpha"), with
   * separators and control characters escaped.
   */
  readonly text: string;
  /** Equal for names that X.509 takes as equal: case and runs of spaces do not count. */
  readonly canonical: string;
  /** Every common name, as it stands in the certificate. */
  readonly commonNames: readonly string[];
  /** True when a common name shares its RDN with another attribute. */
  readonly multiValuedCommonName: boolean;
  /** The name exactly as encoded. */
  readonly der: Buffer;
}

export function readDistinguishedName(node: DerNode | undefined): DistinguishedName {
  const texts: string[] = [];
  const canonical: string[][] = [];
  const commonNames: string[] = [];
  let multiValuedCommonName = false;
  const sequence = expectTag(node, DER_TAG.sequence, 'a name');
  for (const rdn of derChildren(sequence)) {
    const attributes = derChildren(expectTag(rdn, DER_TAG.set, 'a part of a name')).map(attribute);
    texts.push(
      attributes
        .map(({ oid, value }) => `${SHORT_NAMES[oid] ?? oid}=${escapeValue(value)}`)
        .join('+'),
    );
    canonical.push(attributes.map(({ oid, value }) => `${oid}=${canonicalValue(value)}`).sort());
    const names = attributes.filter(({ oid }) => oid === COMMON_NAME);
    commonNames.push(...names.map(({ value }) => value));
    if (names.length > 0 && attributes.length > 1) multiValuedCommonName = true;
  }
  return {
    text: texts.join(', '),
    canonical: JSON.stringify(canonical),
    commonNames,
    multiValuedCommonName,
    der: sequence.raw,
  };
}

/**
 * True when a name could mislead a reader or a comparison: empty, with control, format or
 * line-separating characters, or not valid in its own encoding.
 */
export function isMisleadingName(name: string): boolean {
  return name.trim() === '' || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD]/u.test(name);
}

/** Control and format characters as `\xNN` or `\u{N}`: safe in a log line or a terminal. */
export function escapeControl(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16).toUpperCase();
    return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
  });
}

function attribute(node: DerNode): { oid: string; value: string } {
  const [type, value] = derChildren(expectTag(node, DER_TAG.sequence, 'a part of a name'));
  return { oid: derOid(type), value: readText(value) };
}

function readText(node: DerNode | undefined): string {
  if (node === undefined) return '';
  switch (node.tag) {
    case 0x1e: // BMPString: two bytes a character, high byte first
      return node.content.length % 2 === 0
        ? Buffer.from(node.content).swap16().toString('utf16le')
        : '\uFFFD';
    case 0x13: // PrintableString
    case 0x16: // IA5String
    case 0x14: // TeletexString, used as latin-1 in practice
    case 0x12: // NumericString
      return node.content.toString('latin1');
    case 0x0c: // UTF8String
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(node.content);
    default:
      return '\uFFFD';
  }
}

function escapeValue(value: string): string {
  return escapeControl(value.replace(/[\\,+"]/g, '\\$&'));
}

function canonicalValue(value: string): string {
  return value.trim().replace(/\s+/g, ' ').toLowerCase();
}

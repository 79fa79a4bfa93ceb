/** Short forms of node-forge's ASN.1 constructors, and the signed envelope that certificates and lists share. */
import { createPrivateKey, sign } from 'node:crypto';
import forge from 'node-forge';
import type { KeyPair } from './key-pair.js';

type Asn1 = forge.asn1.Asn1;

const { asn1 } = forge;
const { Class, Type } = asn1;
export const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';

export function sequence(parts: Asn1[]): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, parts);
}

export function set(parts: Asn1[]): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.SET, true, parts);
}

export function oid(id: string): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(id).getBytes());
}

export function utf8(text: string): Asn1 {
  return asn1.create(Class.UNIVERSAL, Type.UTF8, false, forge.util.encodeUtf8(text));
}

/** A positive integer from its hex digits. */
export function integer(hex: string): Asn1 {
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  const positive = Number.parseInt(even.slice(0, 2), 16) >= 0x80 ? `00${even}` : even;
  return asn1.create(Class.UNIVERSAL, Type.INTEGER, false, forge.util.hexToBytes(positive));
}

/** UTCTime until 2049, as the standard asks, GeneralizedTime from then on. */
export function time(date: Date): Asn1 {
  return date.getUTCFullYear() < 2050
    ? asn1.create(Class.UNIVERSAL, Type.UTCTIME, false, asn1.dateToUtcTime(date))
    : asn1.create(Class.UNIVERSAL, Type.GENERALIZEDTIME, false, asn1.dateToGeneralizedTime(date));
}

/** A non-critical extension. */
export function extension(id: string, value: Asn1): Asn1 {
  return sequence([
    oid(id),
    asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, asn1.toDer(value).getBytes()),
  ]);
}

/** What stands in the body as `signature`, and again beside it. */
export function signatureAlgorithm(): Asn1 {
  return sequence([oid(SHA256_WITH_RSA), asn1.create(Class.UNIVERSAL, Type.NULL, false, '')]);
}

/** DER of the body with its signature (SHA-256 with RSA). */
export function signedDer(body: Asn1, keys: KeyPair): Buffer {
  const bytes = Buffer.from(asn1.toDer(body).getBytes(), 'latin1');
  const signature = sign('sha256', bytes, createPrivateKey(keys.privatePem)).toString('latin1');
  const bits = asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, `\0${signature}`);
  const whole = sequence([body, signatureAlgorithm(), bits]);
  return Buffer.from(asn1.toDer(whole).getBytes(), 'latin1');
}

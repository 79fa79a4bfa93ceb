import forge from 'node-forge';
import { oid, sequence, set, utf8 } from './asn1-parts.js';

const COMMON_NAME = '2.5.4.3';

/** A subject of one common name, as UTF-8. */
export function commonNameSubject(name: string): forge.asn1.Asn1 {
  return sequence([set([sequence([oid(COMMON_NAME), utf8(name)])])]);
}

/**
 * A name taken over byte by byte. node-forge, reading a name and writing it again, encodes UTF-8 twice and splits RDNs of
 * several values; then no issuer would match.
 */
export function copiedName(der: Buffer): forge.asn1.Asn1 {
  return forge.asn1.fromDer(forge.util.createBuffer(der.toString('latin1')));
}

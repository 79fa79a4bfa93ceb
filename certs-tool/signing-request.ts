import forge from 'node-forge';
import { DmError } from '../src/model/error.js';
import { derChildren, readDer } from '../src/security/der.js';
import { isMisleadingName, readDistinguishedName } from '../src/security/distinguished-name.js';
import { pemBlocks, toPem } from '../src/security/pem.js';
import { alternativeNames, type Names } from './issue.js';
import type { KeyPair } from './key-pair.js';

const MIN_RSA_BITS = 2048;
/** forge takes the ASN.1 type of a string here, though its typings ask for a tag class. */
const UTF8 = forge.asn1.Type.UTF8 as unknown as forge.asn1.Class;

/** A PKCS#10 request in PEM, signed with its own key, asking for the names as subjectAltName. */
export function makeSigningRequest(name: string, names: Names, keys: KeyPair): string {
  const request = forge.pki.createCertificationRequest();
  request.publicKey = keys.publicKey;
  request.setSubject([{ name: 'commonName', value: name, valueTagClass: UTF8 }]);
  const extensions = alternativeNames(names);
  if (extensions.length > 0) request.setAttributes([{ name: 'extensionRequest', extensions }]);
  request.sign(keys.privateKey, forge.md.sha256.create());
  return forge.pki.certificationRequestToPem(request).replaceAll('\r\n', '\n');
}

export interface SigningRequest {
  readonly commonName: string;
  readonly publicKey: forge.pki.rsa.PublicKey;
  /** DNS names and addresses that it asks for, as text. */
  readonly asked: readonly string[];
}

/**
 * Reads a request and checks its own signature. Only its key and common name are taken over: what else it asks for is
 * for the CA's operator to decide, not for the one who asks.
 */
export function readSigningRequest(pem: string, path: string): SigningRequest {
  const der = pemBlocks(pem, 'CERTIFICATE REQUEST')[0];
  if (der === undefined) throw invalid(path, 'has no "BEGIN CERTIFICATE REQUEST" block');
  const request = parse(der, path);
  // forge gives UTF-8 names as raw bytes, so the name is read from the encoding itself.
  const [body] = derChildren(readDer(der));
  const { commonNames } = readDistinguishedName(body && derChildren(body)[1]);
  const [commonName] = commonNames;
  if (commonName === undefined || commonNames.length > 1 || isMisleadingName(commonName)) {
    throw invalid(path, 'needs exactly one plain common name');
  }
  const { publicKey } = request;
  if (publicKey === null || !('n' in publicKey) || publicKey.n.bitLength() < MIN_RSA_BITS) {
    throw invalid(path, `needs an RSA key of ${MIN_RSA_BITS} bits or more`);
  }
  return { commonName, publicKey, asked: askedNames(request) };
}

interface AskedExtension {
  readonly name?: string;
  readonly altNames?: readonly { readonly value?: string; readonly ip?: string }[];
}

function askedNames(request: forge.pki.CertificateSigningRequest): string[] {
  const attribute = request.getAttribute({ name: 'extensionRequest' });
  const extensions = (attribute?.extensions ?? []) as readonly AskedExtension[];
  return extensions
    .filter(({ name }) => name === 'subjectAltName')
    .flatMap(({ altNames }) => (altNames ?? []).map(({ ip, value }) => ip ?? value ?? ''));
}

function parse(der: Buffer, path: string): forge.pki.CertificateSigningRequest {
  try {
    const request = forge.pki.certificationRequestFromPem(toPem(der, 'CERTIFICATE REQUEST'));
    if (request.verify()) return request;
  } catch (cause) {
    throw new DmError(
      'certificate_invalid',
      `${path} is not a signing request with an RSA key and a valid signature; make it again`,
      { cause },
    );
  }
  throw invalid(path, 'is not signed with its own key');
}

function invalid(path: string, problem: string): DmError {
  return new DmError('certificate_invalid', `the request ${path} ${problem}; make it again`);
}

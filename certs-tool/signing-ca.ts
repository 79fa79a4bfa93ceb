import type { Command } from 'commander';
import { DmError } from '../src/model/error.js';
import {
  type Certificate,
  certificateStatus,
  parseCertificate,
} from '../src/security/certificate.js';
import { checkInstallableCa } from '../src/security/installable.js';
import { checkKeyBelongs, loadPrivateKey } from '../src/security/private-key.js';
import { readText } from './files.js';
import { type KeyPair, toKeyPair } from './key-pair.js';

export interface SigningCa {
  readonly certificate: Certificate;
  readonly keys: KeyPair;
}

export interface SigningCaOptions {
  readonly ca: string;
  readonly caKey: string;
  readonly caKeyPasswordFile?: string;
}

/** The options of every command that signs. */
export function addSigningCaOptions(command: Command): Command {
  return command
    .requiredOption('--ca <file>', 'certificate of the CA that signs')
    .requiredOption('--ca-key <file>', 'private key of that CA')
    .option('--ca-key-password-file <file>', 'file with the password of the CA key');
}

/** Reads a CA and its key and checks that it may sign now. */
export function loadSigningCa(options: SigningCaOptions, now: Date): SigningCa {
  const certificate = fromFile(options.ca, parseCertificate);
  checkInstallableCa(certificate);
  const status = certificateStatus(certificate, now);
  if (status === 'expired' || status === 'invalid') {
    throw new DmError(
      'certificate_invalid',
      `the CA "${certificate.subject}" is valid from ${certificate.notBefore.toISOString()} to ${certificate.notAfter.toISOString()}, not now; use another CA`,
    );
  }
  const password =
    options.caKeyPasswordFile === undefined
      ? null
      : readText(options.caKeyPasswordFile).replace(/\r?\n$/, '');
  const key = fromFile(options.caKey, (pem) => loadPrivateKey(pem, password));
  checkKeyBelongs(key, certificate);
  return { certificate, keys: toKeyPair(key, `the key ${options.caKey}`) };
}

/** What `parse` makes of a file; the file is named when it cannot be used. */
function fromFile<T>(path: string, parse: (pem: string) => T): T {
  const pem = readText(path);
  try {
    return parse(pem);
  } catch (cause) {
    if (!(cause instanceof DmError) || cause.code !== 'certificate_invalid') throw cause;
    throw new DmError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}

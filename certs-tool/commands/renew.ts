import { join } from 'node:path';
import { Command } from 'commander';
import forge from 'node-forge';
import { DmError } from '../../src/model/error.js';
import { type Certificate, isIssuedBy, parseCertificate } from '../../src/security/certificate.js';
import {
  type NewFile,
  PRIVATE_MODE,
  PUBLIC_MODE,
  printPaths,
  readText,
  writeNewFiles,
} from '../files.js';
import { issueIdentity } from '../issue.js';
import { makeKeyPair } from '../key-pair.js';
import { readDays, readKeyBits } from '../option-values.js';
import {
  addSigningCaOptions,
  loadSigningCa,
  type SigningCa,
  type SigningCaOptions,
} from '../signing-ca.js';
import { copiedName } from '../subject-name.js';

interface Options extends SigningCaOptions {
  readonly cert: string;
  readonly newKey?: boolean;
  readonly days: number;
  readonly bits: number;
  readonly out: string;
}

export function renewCommand(): Command {
  const command = new Command('renew').description(
    'Issue an identity again with its names and its key, so that its peers take it for the same.',
  );
  return addSigningCaOptions(command)
    .requiredOption('--cert <file>', 'the identity certificate to renew')
    .option('--new-key', 'make a new key too; peers must then pin it again')
    .option('--days <n>', 'how long it is valid, at most as long as the CA', readDays, 825)
    .option('--bits <n>', 'RSA key size with --new-key', readKeyBits, 3072)
    .option('--out <dir>', 'directory for the new identity.crt (and identity.key)', '.')
    .addHelpText(
      'after',
      '\nExample:\n  certs-tool renew --ca ca/ca.pem --ca-key ca/ca.key --cert alpha/identity.crt --out alpha-2027',
    )
    .action(async (options: Options) => {
      const now = new Date();
      const ca = loadSigningCa(options, now);
      const old = parseCertificate(readText(options.cert));
      checkRenewable(old, ca.certificate);
      const files = await renewed(old, options, ca, now);
      writeNewFiles(files);
      printPaths(files);
      const certificate = files.find(({ path }) => path.endsWith('.crt'));
      if (options.newKey === true && certificate !== undefined) {
        const { spkiSha256 } = parseCertificate(certificate.text);
        process.stdout.write(`new key: peers must pin spki:${spkiSha256} again\n`);
      }
    });
}

function checkRenewable(old: Certificate, ca: Certificate): void {
  if (old.isCa || !isIssuedBy(old, ca)) {
    throw new DmError(
      'certificate_invalid',
      `"${old.subject}" is not an identity issued by "${ca.subject}"; give the CA that issued it`,
    );
  }
  if (old.keyType !== 'rsa') {
    throw new DmError(
      'not_supported',
      `"${old.subject}" has an ${old.keyType} key; this tool renews RSA identities only, use openssl`,
    );
  }
}

async function renewed(
  old: Certificate,
  options: Options,
  ca: SigningCa,
  now: Date,
): Promise<NewFile[]> {
  const { publicKey } = forge.pki.certificateFromPem(old.pem);
  const keys = options.newKey === true ? await makeKeyPair(options.bits) : null;
  const request = {
    subject: copiedName(old.subjectName.der),
    publicKey: keys?.publicKey ?? (publicKey as forge.pki.rsa.PublicKey),
    dns: old.dnsNames,
    ips: old.ipAddresses,
    days: options.days,
    now,
  };
  const certificate = {
    path: join(options.out, 'identity.crt'),
    text: issueIdentity(request, ca),
    mode: PUBLIC_MODE,
  };
  if (keys === null) return [certificate];
  const path = join(options.out, 'identity.key');
  return [{ path, text: keys.privatePem, mode: PRIVATE_MODE }, certificate];
}

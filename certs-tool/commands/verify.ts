import { Command, Option } from 'commander';
import { parseCertificates } from '../../src/security/certificate.js';
import type { TlsRole } from '../../src/security/certificate-rules.js';
import { parseCrl } from '../../src/security/crl.js';
import { verifyPeer } from '../../src/security/trust.js';
import { readInput, readText } from '../files.js';
import { collectText, readTime } from '../option-values.js';

interface Options {
  readonly ca: readonly string[];
  readonly crl?: readonly string[];
  readonly role: TlsRole | 'both';
  readonly at?: Date;
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('Check an identity as an agent would: exit 0 when peers will accept it.')
    .argument('<file>', 'PEM file with the identity, and its intermediates if any')
    .requiredOption('--ca <file>', 'certificate of a trusted CA; may be repeated', collectText)
    .option('--crl <file>', 'revocation list, PEM or DER; may be repeated', collectText)
    .addOption(
      new Option('--role <role>', 'the side that presents it')
        .choices(['client', 'server', 'both'])
        .default('both'),
    )
    .option('--at <time>', 'check for this time instead of now', readTime)
    .addHelpText(
      'after',
      '\nExample:\n  certs-tool verify alpha/identity.crt --ca ca/ca.pem --crl ca/crl.pem',
    )
    .action((file: string, options: Options) => {
      const chain = parseCertificates(readText(file)).map(({ der }) => der);
      const trustedCas = options.ca.flatMap((path) => parseCertificates(readText(path)));
      const crls = (options.crl ?? []).map((path) => parseCrl(readInput(path)));
      const now = options.at ?? new Date();
      const roles: TlsRole[] = options.role === 'both' ? ['client', 'server'] : [options.role];
      for (const role of roles) {
        const { spki, caFingerprint } = verifyPeer({ chain, trustedCas, crls, now, role });
        process.stdout.write(`${role}: ok, spki:${spki}, vouched for by ${caFingerprint}\n`);
      }
    });
}

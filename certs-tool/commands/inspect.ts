import { Command } from 'commander';
import {
  type Certificate,
  certificateStatus,
  parseCertificates,
} from '../../src/security/certificate.js';
import { readText } from '../files.js';

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Show what stands in certificates, with the fingerprints that agents use.')
    .argument('<file...>', 'PEM files with one certificate or more each')
    .option('--json', 'one JSON array instead of text')
    .addHelpText('after', '\nExample:\n  certs-tool inspect alpha/identity.crt')
    .action((files: string[], options: { json?: boolean }) => {
      const now = new Date();
      const shown = files
        .flatMap((file) => parseCertificates(readText(file)))
        .map((certificate) => describe(certificate, now));
      process.stdout.write(
        options.json === true
          ? `${JSON.stringify(shown, null, 2)}\n`
          : shown.map(asText).join('\n'),
      );
    });
}

function describe(certificate: Certificate, now: Date) {
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    serial: certificate.serial,
    not_before: certificate.notBefore.toISOString(),
    not_after: certificate.notAfter.toISOString(),
    status: certificateStatus(certificate, now),
    ca: certificate.isCa,
    dns_names: certificate.dnsNames,
    ip_addresses: certificate.ipAddresses,
    key_usage: certificate.keyUsage,
    extended_key_usage: certificate.extendedKeyUsage,
    key: `${certificate.keyType} ${certificate.keyBits}`,
    signature_algorithm: certificate.signatureAlgorithm,
    fingerprint_sha256: certificate.fingerprintSha256,
    spki_sha256: certificate.spkiSha256,
  };
}

function asText(shown: ReturnType<typeof describe>): string {
  return Object.entries(shown)
    .map(([label, value]) => `${`${label}:`.padEnd(21)}${valueText(value)}\n`)
    .join('');
}

function valueText(value: string | boolean | readonly string[] | null): string {
  if (value === null) return '(any)';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  return value.length === 0 ? '(none)' : value.join(', ');
}

import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { DmError } from '../../src/model/error.js';
import { type Certificate, isIssuedBy, parseCertificate } from '../../src/security/certificate.js';
import { isCrlSignedBy, parseCrl, type RevocationList } from '../../src/security/crl.js';
import { buildCrl } from '../crl-builder.js';
import { PUBLIC_MODE, printPaths, readInput, readText, writeNewFiles } from '../files.js';
import { collectText, readDays, readNumber } from '../option-values.js';
import { addSigningCaOptions, loadSigningCa, type SigningCaOptions } from '../signing-ca.js';

interface Options extends SigningCaOptions {
  readonly revoke?: readonly string[];
  readonly previous?: string;
  readonly days: number;
  readonly number?: number;
  readonly out: string;
}

const DAY_MS = 86_400_000;
const BACKDATE_MS = 5 * 60_000;

export function crlCommand(): Command {
  const command = new Command('crl').description(
    'Issue a revocation list. Agents with a list refuse all of its CA when it expires: renew it in time.',
  );
  return addSigningCaOptions(command)
    .option(
      '--revoke <certificate>',
      'certificate file, or serial in hex, to revoke; may be repeated',
      collectText,
    )
    .option('--previous <file>', 'list to carry on: its revocations and the next number')
    .option('--days <n>', 'days until the next list', readDays, 30)
    .option('--number <n>', 'number of the list (one more than --previous, else 1)', readNumber)
    .option('--out <file>', 'file for the new list', 'crl.pem')
    .addHelpText(
      'after',
      '\nExample:\n  certs-tool crl --ca ca/ca.pem --ca-key ca/ca.key --revoke beta/identity.crt --previous crl-1.pem --out crl-2.pem',
    )
    .action((options: Options) => {
      const now = new Date();
      const ca = loadSigningCa(options, now);
      const previous = readPrevious(options.previous, ca.certificate);
      const revoked = new Map(previous?.revoked ?? []);
      for (const given of options.revoke ?? []) {
        const serial = serialOf(given, ca.certificate);
        if (!revoked.has(serial)) revoked.set(serial, now);
      }
      const text = buildCrl(
        {
          number: listNumber(options.number, previous),
          thisUpdate: new Date(now.getTime() - BACKDATE_MS),
          nextUpdate: new Date(now.getTime() + options.days * DAY_MS),
          revoked,
        },
        ca,
      );
      const files = [{ path: options.out, text, mode: PUBLIC_MODE }];
      writeNewFiles(files);
      printPaths(files);
    });
}

function readPrevious(path: string | undefined, ca: Certificate): RevocationList | null {
  if (path === undefined) return null;
  const previous = parseCrl(readInput(path));
  if (!isCrlSignedBy(previous, ca)) {
    throw new DmError(
      'certificate_invalid',
      `the list ${path} is not signed by "${ca.subject}"; give the last list of that CA`,
    );
  }
  return previous;
}

/** A higher number wins at the agents, so a list may not be numbered below its predecessor. */
function listNumber(given: number | undefined, previous: RevocationList | null): bigint {
  const last = previous?.number ?? null;
  const number = given === undefined ? (last ?? 0n) + 1n : BigInt(given);
  if (last !== null && number <= last) {
    throw new DmError('usage', `--number ${number} is not above ${last}, the number of --previous`);
  }
  return number;
}

function serialOf(given: string, ca: Certificate): string {
  if (!existsSync(given) && /^([0-9a-f]{2}:?)+$/i.test(given)) {
    const serial = given.replaceAll(':', '').toUpperCase();
    return serial.replace(/^(00)+(?=..)/, '');
  }
  const certificate = parseCertificate(readText(given));
  if (!isIssuedBy(certificate, ca)) {
    throw new DmError(
      'certificate_invalid',
      `${given} ("${certificate.subject}") was not issued by "${ca.subject}"; only its own CA can revoke it`,
    );
  }
  return certificate.serial;
}

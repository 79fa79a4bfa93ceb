import { join } from 'node:path';
import { Command } from 'commander';
import { DmError } from '../../src/model/error.js';
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
import { collectDns, collectIp, readDays, readKeyBits, readName } from '../option-values.js';
import { addSigningCaOptions, loadSigningCa, type SigningCaOptions } from '../signing-ca.js';
import { readSigningRequest } from '../signing-request.js';
import { commonNameSubject } from '../subject-name.js';

interface Options extends SigningCaOptions {
  readonly name?: string;
  readonly csr?: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly days: number;
  readonly bits: number;
  readonly out: string;
}

export function identityCommand(): Command {
  const command = new Command('identity').description(
    'Make the identity of one agent: DIR/identity.crt and DIR/identity.key, or sign its request.',
  );
  return addSigningCaOptions(command)
    .option('--name <cn>', 'common name of the agent', readName)
    .option('--csr <file>', 'sign this request instead of making a key; its name and key are used')
    .option('--dns <name>', 'DNS name of the agent; may be repeated', collectDns)
    .option('--ip <address>', 'IP address of the agent; may be repeated', collectIp)
    .option('--days <n>', 'how long it is valid, at most as long as the CA', readDays, 825)
    .option('--bits <n>', 'RSA key size', readKeyBits, 3072)
    .option('--out <dir>', 'directory for identity.crt and identity.key', '.')
    .addHelpText(
      'after',
      '\nExample:\n  certs-tool identity --ca ca/ca.pem --ca-key ca/ca.key --name alpha --dns alpha.example --out alpha',
    )
    .action(async (options: Options) => {
      const files = await makeIdentity(options, new Date());
      writeNewFiles(files);
      printPaths(files);
    });
}

async function makeIdentity(options: Options, now: Date): Promise<NewFile[]> {
  const { name, csr, days } = options;
  const names = { dns: options.dns ?? [], ips: options.ip ?? [] };
  if ((name === undefined) === (csr === undefined)) {
    throw new DmError('usage', 'give either --name or --csr; see certs-tool identity --help');
  }
  const ca = loadSigningCa(options, now);
  const path = join(options.out, 'identity.crt');
  if (csr !== undefined) {
    const { commonName, publicKey, asked } = readSigningRequest(readText(csr), csr);
    const granted = new Set([...names.dns, ...names.ips]);
    const left = asked.filter((one) => !granted.has(one));
    if (left.length > 0) {
      const list = left.map((one) => JSON.stringify(one)).join(', ');
      process.stderr.write(
        `certs-tool: the request asks for ${list} too; give --dns and --ip to grant that\n`,
      );
    }
    const subject = commonNameSubject(commonName);
    const certificate = issueIdentity({ subject, publicKey, days, now, ...names }, ca);
    return [{ path, text: certificate, mode: PUBLIC_MODE }];
  }
  const keys = await makeKeyPair(options.bits);
  const subject = commonNameSubject(name ?? '');
  const { publicKey } = keys;
  const certificate = issueIdentity({ subject, publicKey, days, now, ...names }, ca);
  return [
    { path: join(options.out, 'identity.key'), text: keys.privatePem, mode: PRIVATE_MODE },
    { path, text: certificate, mode: PUBLIC_MODE },
  ];
}

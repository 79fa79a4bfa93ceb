import { join } from 'node:path';
import { Command } from 'commander';
import { PRIVATE_MODE, PUBLIC_MODE, printPaths, writeNewFiles } from '../files.js';
import { makeKeyPair } from '../key-pair.js';
import { collectDns, collectIp, readKeyBits, readName } from '../option-values.js';
import { makeSigningRequest } from '../signing-request.js';

interface Options {
  readonly name: string;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly bits: number;
  readonly out: string;
}

export function csrCommand(): Command {
  return new Command('csr')
    .description('Make a key and a request for any CA to sign; the key never leaves this host.')
    .requiredOption('--name <cn>', 'common name of the agent', readName)
    .option('--dns <name>', 'DNS name to ask for; may be repeated', collectDns)
    .option('--ip <address>', 'IP address to ask for; may be repeated', collectIp)
    .option('--bits <n>', 'RSA key size', readKeyBits, 3072)
    .option('--out <dir>', 'directory for identity.csr and identity.key', '.')
    .addHelpText(
      'after',
      `
Example: on the agent's host, then on the CA's
  certs-tool csr --name alpha --out alpha
  certs-tool identity --ca ca/ca.pem --ca-key ca/ca.key --csr identity.csr --out signed`,
    )
    .action(async (options: Options) => {
      const keys = await makeKeyPair(options.bits);
      const names = { dns: options.dns ?? [], ips: options.ip ?? [] };
      const request = makeSigningRequest(options.name, names, keys);
      const files = [
        { path: join(options.out, 'identity.key'), text: keys.privatePem, mode: PRIVATE_MODE },
        { path: join(options.out, 'identity.csr'), text: request, mode: PUBLIC_MODE },
      ];
      writeNewFiles(files);
      printPaths(files);
    });
}

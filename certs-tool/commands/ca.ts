import { join } from 'node:path';
import { Command } from 'commander';
import { PRIVATE_MODE, PUBLIC_MODE, printPaths, writeNewFiles } from '../files.js';
import { issueCa } from '../issue.js';
import { makeKeyPair } from '../key-pair.js';
import { readDays, readKeyBits, readName } from '../option-values.js';

interface Options {
  readonly name: string;
  readonly days: number;
  readonly bits: number;
  readonly out: string;
}

export function caCommand(): Command {
  return new Command('ca')
    .description('Make a CA: DIR/ca.pem for every agent, DIR/ca.key to be kept offline.')
    .requiredOption('--name <cn>', 'common name of the CA', readName)
    .option('--days <n>', 'how long it is valid', readDays, 1825)
    .option('--bits <n>', 'RSA key size', readKeyBits, 4096)
    .option('--out <dir>', 'directory for ca.pem and ca.key', '.')
    .addHelpText('after', '\nExample:\n  certs-tool ca --name site-ca --days 1825 --out ca')
    .action(async (options: Options) => {
      const keys = await makeKeyPair(options.bits);
      const certificate = issueCa(options.name, options.days, keys, new Date());
      const files = [
        { path: join(options.out, 'ca.key'), text: keys.privatePem, mode: PRIVATE_MODE },
        { path: join(options.out, 'ca.pem'), text: certificate, mode: PUBLIC_MODE },
      ];
      writeNewFiles(files);
      printPaths(files);
    });
}

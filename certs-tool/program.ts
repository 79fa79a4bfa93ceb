import { Command } from 'commander';
import { caCommand } from './commands/ca.js';
import { crlCommand } from './commands/crl.js';
import { csrCommand } from './commands/csr.js';
import { identityCommand } from './commands/identity.js';
import { inspectCommand } from './commands/inspect.js';
import { renewCommand } from './commands/renew.js';
import { verifyCommand } from './commands/verify.js';

/** The whole command line; parse errors come out as `CommanderError`, the rest as `DmError`. */
export function buildProgram(): Command {
  const program = new Command('certs-tool')
    .description('Make and check the certificates with which agents know each other.')
    .addHelpText(
      'after',
      `
Example: a CA, and an identity for each of two hosts
  certs-tool ca --name site-ca --days 1825 --out ca
  certs-tool identity --ca ca/ca.pem --ca-key ca/ca.key --name alpha --out alpha
  certs-tool identity --ca ca/ca.pem --ca-key ca/ca.key --name beta --out beta`,
    );
  const commands = [
    caCommand(),
    identityCommand(),
    csrCommand(),
    renewCommand(),
    inspectCommand(),
    verifyCommand(),
    crlCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands]) {
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  return program;
}

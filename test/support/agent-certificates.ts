import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentProcess, certsTool } from './agent-process.js';

export interface AgentCertificates {
  readonly ca: string;
  readonly directory: string;
}

/** Makes a CA and an identity for each name with certs-tool, below `directory`. */
export async function makeCertificates(
  directory: string,
  names: readonly string[],
): Promise<AgentCertificates> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const caDirectory = join(directory, 'ca');
  await certsTool('ca', '--name=test-ca', `--out=${caDirectory}`);
  const ca = join(caDirectory, 'ca.pem');
  for (const name of names) {
    await certsTool(
      'identity',
      `--ca=${ca}`,
      `--ca-key=${join(caDirectory, 'ca.key')}`,
      `--name=${name}`,
      `--out=${join(directory, name)}`,
    );
  }
  return { ca, directory };
}

/** Installs the CA and its own identity on each agent, by name. */
export async function installIdentities(
  certificates: AgentCertificates,
  agents: Readonly<Record<string, AgentProcess>>,
): Promise<void> {
  for (const [name, agent] of Object.entries(agents)) {
    await agent.ok(
      'certificates',
      'ca',
      'create',
      `--certificate-path=${certificates.ca}`,
      '--name=test-CA',
    );
    await agent.ok(
      'certificates',
      'identity',
      'create',
      `--certificate-path=${join(certificates.directory, name, 'identity.crt')}`,
      `--certificate-key-path=${join(certificates.directory, name, 'identity.key')}`,
      `--name=${name}-ID`,
    );
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentProcess, certsTool } from './agent-process.js';
import { dmJson } from './e2e-dm.js';
import { plantedSecrets } from './planted-secrets.js';
import { TempDirectory } from './temp-directory.js';

/** One CA and one identity per name for all tests of this process: making keys takes long. */
class SharedCertificates {
  readonly #directory = new TempDirectory();
  readonly #identities = new Map<string, Promise<string>>();
  #ca: Promise<string> | null = null;

  constructor() {
    process.once('exit', () => this.#directory[Symbol.dispose]());
  }

  /** Path of the CA's certificate; its key lies beside it. */
  ca(): Promise<string> {
    this.#ca ??= this.#makeCa();
    return this.#ca;
  }

  /** Installs the CA as `test-CA` and the identity of this name as `NAME-ID`. */
  async install(agent: AgentProcess, name: string): Promise<void> {
    const install = (kind: string, ...words: readonly string[]) =>
      dmJson(agent, 'certificates', kind, 'create', ...words);
    const identity = await this.identity(name);
    await install('ca', `--certificate-path=${await this.ca()}`, '--name=test-CA');
    await install(
      'identity',
      `--certificate-path=${identity}/identity.crt`,
      `--certificate-key-path=${identity}/identity.key`,
      `--name=${name}-ID`,
    );
  }

  /** Directory with `identity.crt` and `identity.key`. */
  identity(name: string): Promise<string> {
    const known = this.#identities.get(name) ?? this.#makeIdentity(name);
    this.#identities.set(name, known);
    return known;
  }

  async #makeCa(): Promise<string> {
    const directory = this.#directory.join('ca');
    await certsTool('ca', '--name=test-ca', '--bits=2048', `--out=${directory}`);
    const key = readFileSync(join(directory, 'ca.key'), 'utf8');
    plantedSecrets.plantKey('the key of the CA', key, 'kept nowhere');
    return join(directory, 'ca.pem');
  }

  async #makeIdentity(name: string): Promise<string> {
    const ca = await this.ca();
    const directory = this.#directory.join('identities', name);
    const signer = [`--ca=${ca}`, `--ca-key=${join(this.#directory.join('ca'), 'ca.key')}`];
    await certsTool('identity', ...signer, `--name=${name}`, `--bits=2048`, `--out=${directory}`);
    const key = readFileSync(join(directory, 'identity.key'), 'utf8');
    plantedSecrets.plantKey(`the key of ${name}`, key, 'kept in the state');
    return directory;
  }
}

export const sharedCertificates = new SharedCertificates();

import { AgentProcess } from '../support/agent-process.js';
import { dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun } from '../support/e2e-policies.js';
import { TempDirectory } from '../support/temp-directory.js';
import type { S3Stores } from './backup-stores.js';
import type { ObjectProgram, Restored } from './object-programs.js';
import { ProcessMeter, type ProcessUse } from './process-meter.js';

const PATIENCE = '--timeout=3600';
const BASE_PATH = 'tree';

export interface ObjectAgentOptions {
  /** Data roots: sources and restored trees lie below. */
  readonly roots: readonly string[];
  /** Words that make the account, but for its name. */
  readonly account: readonly string[];
}

/** A directory as an account. */
export function directoryAccount(path: string): readonly string[] {
  return ['DIRECTORY', `--uri=file://${path}`];
}

export function s3Account(stores: S3Stores): readonly string[] {
  const uri = `${stores.endpoint}/${stores.bucket}/dm`;
  const secret = `--secret-key=${stores.secretKey}`;
  return ['S3', `--uri=${uri}`, `--access-id=${stores.accessId}`, secret, '--allow-insecure'];
}

/** An agent that backs a tree up into an object account, and restores it from there. */
export class ObjectAgent implements ObjectProgram, AsyncDisposable {
  readonly name = 'dm';
  readonly #agent: AgentProcess;
  readonly #directory: TempDirectory;
  #policies: { make: number; backup: number } | null = null;
  #backups = 0;

  private constructor(agent: AgentProcess, directory: TempDirectory) {
    this.#agent = agent;
    this.#directory = directory;
  }

  static async open({ roots, account }: ObjectAgentOptions): Promise<ObjectAgent> {
    const directory = new TempDirectory();
    const agent = await AgentProcess.start({
      name: 'backup',
      stateDir: directory.join('state'),
      roots,
      logFile: directory.join('log'),
    });
    process.once('exit', () => {
      if (agent.pid !== 0) process.kill(agent.pid, 'SIGKILL');
    });
    await dmJson(agent, 'accounts', 'create', ...account, '--name=disk');
    return new ObjectAgent(agent, directory);
  }

  async backUp(source: string): Promise<ProcessUse> {
    this.#policies ??= await this.#makePolicies(source);
    const { make, backup } = this.#policies;
    const meter = new ProcessMeter(this.#agent.pid);
    await mustRun(this.#agent, make, PATIENCE);
    await mustRun(this.#agent, backup, PATIENCE);
    this.#backups++;
    return meter.read();
  }

  async restore(_source: string, into: string): Promise<Restored> {
    const policy = await createPolicy(this.#agent, 'COPY', {
      'copy-dataset-id': String(this.#backups),
      'copy-source-base-path': BASE_PATH,
      'copy-create-dataset-on-target': 'false',
      'copy-base-source-account-id': 'disk',
      'copy-base-target-account-id': 'local',
      'copy-base-target-base-path': into,
      'copy-base-target-dataset-type': 'FILE',
    });
    const meter = new ProcessMeter(this.#agent.pid);
    await mustRun(this.#agent, policy, PATIENCE);
    return { use: meter.read(), at: into };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.kill('SIGTERM');
    this.#directory[Symbol.dispose]();
  }

  async #makePolicies(source: string): Promise<{ make: number; backup: number }> {
    return {
      make: await createPolicy(this.#agent, 'CREATION', creation('local', source)),
      backup: await createPolicy(this.#agent, 'REPEAT_COPY', {
        'repeat-copy-source-base-path': source,
        'repeat-copy-base-source-account-id': 'local',
        'repeat-copy-base-target-account-id': 'disk',
        'repeat-copy-base-target-base-path': BASE_PATH,
        'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
      }),
    };
  }
}

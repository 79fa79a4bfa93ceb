import { existsSync, mkdirSync, rmSync } from 'node:fs';
import type { AgentProcess } from '../agent-process.js';
import { DelayingProxy } from '../delaying-proxy.js';
import { TestAgents } from '../e2e-agents.js';
import { dm, dmJson } from '../e2e-dm.js';
import { createPolicy, creation, type DatasetView, repeatCopy } from '../e2e-policies.js';
import { type FilesystemKind, mountFilesystem, type TestFilesystem } from '../filesystems.js';
import { TempDirectory } from '../temp-directory.js';
import { KillTrigger } from './kill-trigger.js';

const SIZE_MIB = 3_072;
const EVERY_RIGHT = '--peer-access=read,create,write,expire,privileged';
/** All but the newest go when they expire. */
const KEEP_ONE = { period: 0, reserve: 1 };

/**
 * A sender and a receiver with the hook in them, an object account of the
 * sender, and policies between all of them.
 */
export class KillSite implements AsyncDisposable {
  readonly agents: TestAgents;
  readonly store: string;
  readonly filesystem: TestFilesystem;
  readonly #proxy: DelayingProxy;
  readonly #triggers: ReadonlyMap<string, KillTrigger>;
  readonly #directory: TempDirectory;
  readonly policies = { capture: 0, push: 0, backup: 0, expiry: 0, peerExpiry: 0, storeExpiry: 0 };
  target = '';
  backupPath = '';
  #number = 0;

  private constructor(parts: {
    agents: TestAgents;
    filesystem: TestFilesystem;
    proxy: DelayingProxy;
    triggers: ReadonlyMap<string, KillTrigger>;
    directory: TempDirectory;
  }) {
    this.agents = parts.agents;
    this.filesystem = parts.filesystem;
    this.#proxy = parts.proxy;
    this.#triggers = parts.triggers;
    this.#directory = parts.directory;
    this.store = `${parts.filesystem.path}/store`;
  }

  /**
   * The wire between the two carries `bytesPerSecond`, so that a kill
   * meets a transfer that is under way.
   */
  static async open(kind: FilesystemKind, bytesPerSecond: number): Promise<KillSite> {
    const filesystem = mountFilesystem(kind, SIZE_MIB);
    const directory = new TempDirectory();
    const names = ['sender', 'receiver'];
    const triggers = new Map(
      names.map((name) => [name, new KillTrigger(directory.join(`kill-${name}`))]),
    );
    const agents = await TestAgents.open({
      agents: names.map((name) => ({
        name,
        extra: [EVERY_RIGHT],
        launcher: triggers.get(name)?.launcher ?? [],
      })),
      data: filesystem.path,
      accounts: false,
    });
    const [, port = ''] = agents.agent('receiver').listen.split(':');
    const proxy = await DelayingProxy.open({ port: Number(port), bytesPerSecond });
    const site = new KillSite({ agents, filesystem, proxy, triggers, directory });
    await site.#prepare(proxy.address);
    return site;
  }

  get sender(): AgentProcess {
    return this.agents.agent('sender');
  }

  get source(): string {
    return this.agents.root('sender', 'tree');
  }

  get senderRoot(): string {
    return this.agents.root('sender');
  }

  get receiverRoot(): string {
    return this.agents.root('receiver');
  }

  trigger(name: string): KillTrigger {
    const trigger = this.#triggers.get(name);
    if (trigger === undefined) throw new Error(`${name} has no trigger`);
    return trigger;
  }

  wireBytes(): number {
    return this.#proxy.bytes.up + this.#proxy.bytes.down;
  }

  /**
   * Copies go to a new target and to a new repository from now on; what
   * was at the former ones is removed.
   */
  async newTargets(): Promise<void> {
    const { sender, policies, target, backupPath } = this;
    this.#number++;
    this.target = this.agents.root('receiver', `copy-${this.#number}`);
    this.backupPath = `backup-${this.#number}`;
    const former = [policies.push, policies.backup].filter((id) => id !== 0);
    const push = { account: 'receiver', path: this.target };
    const backup = { account: 'disk', path: this.backupPath };
    const from = { account: 'local', path: this.source };
    policies.push = await createPolicy(sender, 'REPEAT_COPY', {
      ...repeatCopy(from, push),
      ...retention('repeat-copy-base'),
    });
    policies.backup = await createPolicy(sender, 'REPEAT_COPY', {
      ...repeatCopy(from, backup),
      'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
      ...retention('repeat-copy-base'),
    });
    for (const id of former) await mustDo(sender, 'policies', 'delete', String(id));
    if (target === '') return;
    await this.#forget(this.agents.agent('receiver'), target);
    rmSync(target, { recursive: true, force: true });
    rmSync(`${this.store}/${backupPath}`, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agents[Symbol.asyncDispose]();
    await this.#proxy[Symbol.asyncDispose]();
    for (const trigger of this.#triggers.values()) trigger[Symbol.dispose]();
    this.#directory[Symbol.dispose]();
    this.filesystem.unmount();
  }

  async #prepare(address: string): Promise<void> {
    const { sender, policies } = this;
    mkdirSync(this.store);
    if (!existsSync(this.source)) mkdirSync(this.source);
    await mustDo(sender, 'accounts', 'create', 'DM', '--name=receiver', `--uri=dm://${address}`);
    const disk = ['accounts', 'create', 'DIRECTORY', '--name=disk', `--uri=file://${this.store}`];
    await mustDo(sender, ...disk);
    policies.capture = await createPolicy(sender, 'CREATION', {
      ...creation('local', this.source),
      ...retention('creation'),
    });
    const expiration = (account: string) =>
      createPolicy(sender, 'EXPIRATION', { 'expiration-account-id': account });
    policies.expiry = await expiration('local');
    policies.peerExpiry = await expiration('receiver');
    policies.storeExpiry = await expiration('disk');
  }

  async #forget(agent: AgentProcess, path: string): Promise<void> {
    const listed = await dmJson<DatasetView[]>(agent, 'datasets', 'list', `--base-path=${path}`);
    for (const { id } of listed) {
      await mustDoUnlessGone(agent, 'datasets', 'unlock', String(id));
      await mustDoUnlessGone(agent, 'datasets', 'delete', String(id));
    }
  }
}

function retention(side: string): Record<string, number> {
  return {
    [`${side}-dataset-retention-period`]: KEEP_ONE.period,
    [`${side}-dataset-reserve`]: KEEP_ONE.reserve,
  };
}

/** An agent that was started again lets expired datasets go by itself. */
async function mustDoUnlessGone(agent: AgentProcess, ...words: readonly string[]): Promise<void> {
  const { code, stderr } = await dm(agent, ...words);
  if (code !== 0 && !stderr.startsWith('dm: not_found:')) {
    throw new Error(`dm ${words.join(' ')} exited ${code}: ${stderr}`);
  }
}

async function mustDo(agent: AgentProcess, ...words: readonly string[]): Promise<void> {
  const { code, stderr } = await dm(agent, ...words);
  if (code !== 0) throw new Error(`dm ${words.join(' ')} exited ${code}: ${stderr}`);
}

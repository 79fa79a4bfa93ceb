import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AgentProcess } from './agent-process.js';
import { sharedCertificates } from './e2e-certificates.js';
import { dmJson } from './e2e-dm.js';
import { TempDirectory } from './temp-directory.js';

const NOBODY = '127.0.0.1:1';

export interface TestAgentSpec {
  readonly name: string;
  /** Further arguments of `dm agent`. */
  readonly extra?: readonly string[];
  readonly launcher?: readonly string[];
  /** False leaves the agent without CA and identity. Default true. */
  readonly certified?: boolean;
}

export interface TestAgentsOptions {
  readonly agents: readonly TestAgentSpec[];
  /** Directory for the data roots, for example a mount; a temporary one unless given. */
  readonly data?: string;
  /** Makes an account of each certified agent on each other. Default true. */
  readonly accounts?: boolean;
}

/** Some real agents with identities of one CA, an account for each other, and a data root each. */
export class TestAgents implements AsyncDisposable {
  readonly #directory: TempDirectory;
  readonly #data: string;
  readonly #agents: ReadonlyMap<string, AgentProcess>;

  private constructor(
    directory: TempDirectory,
    data: string,
    agents: ReadonlyMap<string, AgentProcess>,
  ) {
    this.#directory = directory;
    this.#data = data;
    this.#agents = agents;
  }

  static async open(options: TestAgentsOptions): Promise<TestAgents> {
    const directory = new TempDirectory();
    const data = options.data ?? directory.join('data');
    const { agents: specs } = options;
    const started = new Map<string, AgentProcess>();
    try {
      const certified = specs.filter((spec) => spec.certified !== false).map(({ name }) => name);
      const starts = await Promise.allSettled(
        specs.map(async (spec) => {
          const [agent] = await Promise.all([
            startOne(spec, directory, data),
            spec.certified !== false ? sharedCertificates.identity(spec.name) : null,
          ]);
          started.set(spec.name, agent);
          if (spec.certified !== false) await sharedCertificates.install(agent, spec.name);
        }),
      );
      for (const start of starts) if (start.status === 'rejected') throw start.reason;
      const agents = new TestAgents(directory, data, started);
      if (options.accounts !== false) await agents.#connect(certified);
      return agents;
    } catch (error) {
      for (const agent of started.values()) await agent.kill();
      directory[Symbol.dispose]();
      throw error;
    }
  }

  agent(name: string): AgentProcess {
    const agent = this.#agents.get(name);
    if (!agent) throw new Error(`there is no agent ${name}`);
    return agent;
  }

  /** The data root of an agent, or a path below it. */
  root(name: string, ...below: readonly string[]): string {
    return join(this.#data, name, ...below);
  }

  /** A path for the test's own files, outside every data root. */
  scratch(...below: readonly string[]): string {
    return this.#directory.join(...below);
  }

  /**
   * Makes an account of an agent on another, under its name. One that serves no
   * peers gets an address where nobody listens.
   */
  async account(on: string, of: string): Promise<void> {
    const uri = `dm://${this.agent(of).listen || NOBODY}`;
    await dmJson(this.agent(on), 'accounts', 'create', 'DM', `--name=${of}`, `--uri=${uri}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.kill('SIGTERM')));
    this.#directory[Symbol.dispose]();
  }

  async #connect(names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map(async (on) => {
        for (const of of names) if (of !== on) await this.account(on, of);
      }),
    );
  }
}

function startOne(
  spec: TestAgentSpec,
  directory: TempDirectory,
  data: string,
): Promise<AgentProcess> {
  const root = join(data, spec.name);
  mkdirSync(root, { recursive: true });
  return AgentProcess.start({
    name: spec.name,
    stateDir: directory.join(`state-${spec.name}`),
    roots: [root],
    logFile: directory.join(`${spec.name}.log`),
    extra: spec.extra ?? [],
    launcher: spec.launcher ?? [],
  });
}

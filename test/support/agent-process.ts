import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type PlantedSecrets, plantedSecrets } from './planted-secrets.js';

const DM = fileURLToPath(new URL('../../../bin/dm.js', import.meta.url));
const CERTS_TOOL = fileURLToPath(new URL('../../../bin/certs-tool.js', import.meta.url));
const START_TIMEOUT_MS = 120_000;
const MAX_OUTPUT = 256 * 1024 * 1024;

export interface AgentOptions {
  readonly name: string;
  readonly stateDir: string;
  readonly roots: readonly string[];
  readonly logFile: string;
  /** Default 127.0.0.1:0. */
  readonly listen?: string;
  readonly extra?: readonly string[];
  /** Words before the program, such as `setpriv` and its options: they must end in an exec. */
  readonly launcher?: readonly string[];
  /** What must not be in its log and output; those of all tests unless given. */
  readonly secrets?: PlantedSecrets;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real agent as a process of its own, and the command line against it. */
export class AgentProcess {
  readonly options: AgentOptions;
  readonly socket: string;
  /** Address that peers connect to. */
  listen = '';
  #child: ChildProcess | null = null;

  private constructor(options: AgentOptions) {
    this.options = options;
    this.socket = `${options.stateDir}/agent.sock`;
  }

  static async start(options: AgentOptions): Promise<AgentProcess> {
    mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
    const agent = new AgentProcess(options);
    await agent.start();
    return agent;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** False when the process has ended, whoever ended it. */
  get isRunning(): boolean {
    const child = this.#child;
    return child !== null && child.exitCode === null && child.signalCode === null;
  }

  /** Resolves when the process has ended, whoever ended it. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child !== null && this.isRunning) await once(child, 'exit');
  }

  /**
   * Starts the process (again, on the same address) and waits for its ready
   * line; `extra` are further arguments.
   */
  async start(extra: readonly string[] = []): Promise<void> {
    const { options } = this;
    const [program = process.execPath, ...words] = [...(options.launcher ?? []), process.execPath];
    const child = spawn(
      program,
      [
        ...words,
        DM,
        'agent',
        `--state-dir=${options.stateDir}`,
        `--name=${options.name}`,
        `--listen=${this.listen || (options.listen ?? '127.0.0.1:0')}`,
        ...options.roots.map((root) => `--root=${root}`),
        ...(options.extra ?? []),
        ...extra,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#child = child;
    await this.#ready(child);
  }

  /**
   * Kills at once, as a power switch would; resolves when the process is gone.
   * Asked to end in order, it is looked at for secrets first, and its state
   * afterwards; throws when one was seen anywhere.
   */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const isInOrder = signal === 'SIGTERM';
    if (isInOrder) this.#secrets.lookAtProcess(this.options.name, child.pid ?? 0);
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    await gone;
    if (isInOrder) this.#secrets.lookAtState(this.options.stateDir);
    this.#secrets.check();
  }

  /** Runs one `dm` command against this agent, whatever its exit code. */
  async run(...args: readonly string[]): Promise<CommandResult> {
    const result = await runTool(DM, args, { DM_SOCKET: this.socket });
    lookAtOutput(this.#secrets, args, result);
    return result;
  }

  /** Runs a command that must succeed and returns its JSON. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { stdout } = await this.ok('--format=json', ...args);
    return JSON.parse(stdout) as T;
  }

  async ok(...args: readonly string[]): Promise<CommandResult> {
    const result = await this.run(...args);
    if (result.code !== 0) {
      throw new Error(
        `dm ${args.join(' ')} exited ${result.code}: ${result.stderr || result.stdout}`,
      );
    }
    return result;
  }

  get #secrets(): PlantedSecrets {
    return this.options.secrets ?? plantedSecrets;
  }

  #ready(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!child.stderr) throw new Error('the agent has no stderr');
      const lines = createInterface({ input: child.stderr });
      const seen: string[] = [];
      const timer = setTimeout(
        () => reject(new Error(`${this.options.name} is not ready: ${seen.join('\n')}`)),
        START_TIMEOUT_MS,
      );
      const log = openSync(this.options.logFile, 'a', 0o600);
      lines.on('line', (line) => {
        writeSync(log, `${line}\n`);
        this.#secrets.look(`the log of ${this.options.name}`, line);
        if (seen.push(line) > 50) seen.shift();
        const message = parseLine(line);
        if (message?.msg !== 'ready') return;
        this.listen = String(message.listen ?? '');
        clearTimeout(timer);
        resolve();
      });
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        // Of one that was stopped or killed by a test this says nothing.
        if (this.#child === child && signal !== 'SIGKILL' && code !== 0) {
          const last = seen.slice(-20).join('\n');
          process.stderr.write(
            `${this.options.name} ended by itself (${code ?? signal}):\n${last}\n`,
          );
        }
        reject(new Error(`${this.options.name} ended (${code ?? signal}): ${seen.join('\n')}`));
      });
      child.stderr.once('close', () => closeSync(log));
    });
  }
}

/** Throws when a command printed a secret. */
export function lookAtOutput(
  secrets: PlantedSecrets,
  words: readonly string[],
  { stdout, stderr }: CommandResult,
): void {
  const command = words.filter((word) => !word.startsWith('-')).join(' ');
  secrets.look(`the output of dm ${command}`, stdout);
  secrets.look(`the messages of dm ${command}`, stderr);
  secrets.check();
}

/** Runs `certs-tool`; throws when it fails. */
export async function certsTool(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runTool(CERTS_TOOL, args, {});
  if (code !== 0) throw new Error(`certs-tool ${args.join(' ')} exited ${code}: ${stderr}`);
  return stdout;
}

function runTool(
  tool: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [tool, ...args],
      { env: { ...process.env, ...env }, maxBuffer: MAX_OUTPUT },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

function parseLine(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}

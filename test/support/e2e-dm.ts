import { Readable, Writable } from 'node:stream';
import { processIo } from '../../src/assembly/cli-io.js';
import { runCli } from '../../src/cli/run-cli.js';
import { type AgentProcess, type CommandResult, lookAtOutput } from './agent-process.js';
import { plantedSecrets } from './planted-secrets.js';

/**
 * Runs a `dm` command against an agent inside the test's own process: the same code as the program
 * from the command line on, a quarter of a second sooner. `AgentProcess.run` is the program itself.
 */
export function dm(agent: AgentProcess, ...words: readonly string[]): Promise<CommandResult> {
  return run({ DM_SOCKET: agent.socket }, words);
}

/** Runs a `dm` command that needs no agent. */
export function dmAlone(...words: readonly string[]): Promise<CommandResult> {
  return run({ DM_SOCKET: '/nobody/listens/here' }, words);
}

async function run(
  env: Readonly<Record<string, string>>,
  words: readonly string[],
): Promise<CommandResult> {
  const stdout = new Collected();
  const stderr = new Collected();
  const code = await runCli([...words], {
    ...processIo(),
    stdin: Readable.from([]),
    stdout,
    stderr,
    env,
    isTTY: false,
    columns: 80,
    signal: NEVER,
  });
  const result = { code, stdout: stdout.text(), stderr: stderr.text() };
  lookAtOutput(plantedSecrets, words, result);
  return result;
}

/** Runs a command that must succeed and returns its JSON. */
export async function dmJson<T>(agent: AgentProcess, ...words: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await dm(agent, '--format=json', ...words);
  if (code !== 0) throw new Error(`dm ${words.join(' ')} exited ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

const NEVER = new AbortController().signal;

class Collected extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

import { spawn } from 'node:child_process';
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { DmError } from '../model/error.js';

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
const MAX_COMMAND = 1_024;
/** Of what a hook writes to stderr, the end of which is told. */
const KEPT_OUTPUT = 1_024;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface HookRunnerOptions {
  /** Where hooks may lie; null when the agent runs none. */
  readonly directory: string | null;
  readonly timeLimitMs: number;
}

/**
 * Runs commands of policies: programs of one directory that nobody but root can
 * change, without a shell, for a limited time.
 */
export class HookRunner {
  readonly #options: HookRunnerOptions;

  constructor(options: HookRunnerOptions) {
    this.#options = options;
  }

  /** Throws `invalid_argument` or `refused` when the command could not be run now. */
  check(command: string): void {
    this.#program(command);
  }

  /**
   * Resolves when the program has exited with 0. Otherwise `hook_failed`, which
   * names the end of what it wrote to stderr. When the time is over or the signal
   * aborts, it and what it has started are killed.
   */
  async run(
    command: string,
    environment: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const { file, words } = this.#program(command);
    const child = spawn(file, words, {
      shell: false,
      detached: true,
      cwd: '/',
      env: { PATH, LANG: 'C.UTF-8', ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
    const kill = (): void => {
      if (child.pid === undefined || child.exitCode !== null) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It ended at this moment.
      }
    };
    const { timeLimitMs } = this.#options;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      kill();
    }, timeLimitMs);
    signal.addEventListener('abort', kill, { once: true });
    try {
      const ended = await new Promise<string | null>((resolve) => {
        child.once('error', (error) => resolve(`could not be started: ${error.message}`));
        child.once('exit', (code, by) => resolve(code === 0 ? null : exitText(code, by)));
      });
      signal.throwIfAborted();
      if (ended === null) return;
      const why = isLate ? `was still running after ${timeLimitMs / 1000} s` : ended;
      throw new DmError('hook_failed', `hook "${command}" ${why}${lastLine(output)}`);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      child.stderr.destroy();
    }
  }

  #program(command: string): { file: string; words: string[] } {
    const [name = '', ...words] = command.split(/\s+/).filter((word) => word !== '');
    if (!NAME.test(name) || command.length > MAX_COMMAND || command.includes('\0')) {
      throw new DmError(
        'invalid_argument',
        `hook "${command.slice(0, 80)}" must be the name of a program in --hooks-dir, with its arguments; there is no shell and no quoting`,
      );
    }
    const { directory } = this.#options;
    if (directory === null) {
      throw new DmError(
        'refused',
        `hook "${name}" cannot run: this agent has no --hooks-dir; start it with one`,
      );
    }
    refuseUntrusted(directory, look(directory), 'directory');
    const real = realpathSync(directory);
    for (let above = dirname(real); ; above = dirname(above)) {
      refuseReplaceable(above, look(above));
      if (above === '/') break;
    }
    const file = join(real, name);
    const program = look(file);
    refuseUntrusted(file, program, 'program');
    if ((program.mode & 0o111) === 0) {
      throw new DmError('refused', `hook ${file} is not executable; chmod it`);
    }
    return { file, words };
  }
}

function look(path: string): Stats {
  try {
    return lstatSync(path);
  } catch (error) {
    throw new DmError(
      'refused',
      `hook ${path} cannot be looked at (${(error as NodeJS.ErrnoException).code}); put it there`,
      { cause: error },
    );
  }
}

function refuseUntrusted(path: string, stat: Stats, what: 'directory' | 'program'): void {
  const isRight = what === 'directory' ? stat.isDirectory() : stat.isFile();
  if (isRight && stat.uid === 0 && (stat.mode & 0o022) === 0) return;
  throw new DmError(
    'refused',
    `hook ${path} must be a ${what} of root that nobody else can write, and no symlink; chown and chmod it`,
  );
}

/** Who can rename what is in a directory above can put another one in its place; in a sticky one that is for owners alone. */
function refuseReplaceable(path: string, stat: Stats): void {
  const isShared = (stat.mode & 0o022) !== 0 && (stat.mode & 0o1000) === 0;
  if (stat.uid === 0 && !isShared) return;
  throw new DmError(
    'refused',
    `${path}, which --hooks-dir lies below, is not of root alone, so that the hooks could be replaced; choose another directory, or chown and chmod it`,
  );
}

function exitText(code: number | null, signal: NodeJS.Signals | null): string {
  return code === null ? `was ended by ${signal}` : `exited with ${code}`;
}

function lastLine(output: string): string {
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  return line === '' ? '; see what it does' : `: ${line.slice(0, 300)}`;
}

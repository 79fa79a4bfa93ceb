import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What happens to one system call of a process, once, at its `when`-th call in each thread. */
export interface SyscallFault {
  /** Names of the call and its variants. */
  readonly calls: readonly string[];
  /** The error it gives. */
  readonly errno: string;
  readonly when: number;
}

/**
 * Lets system calls of a running process fail, by strace. Disposing detaches; the process goes on.
 */
export class SyscallFaults implements AsyncDisposable {
  readonly #strace: ChildProcess;
  #fired = 0;

  private constructor(strace: ChildProcess) {
    this.#strace = strace;
  }

  /** Armed when it resolves. */
  static async attach(pid: number, fault: SyscallFault): Promise<SyscallFaults> {
    const calls = fault.calls.join(',');
    const strace = spawn(
      'strace',
      [
        ...['-f', '-p', String(pid), '-e', `trace=${calls}`, '-e', 'signal=none'],
        ...['-e', `inject=${calls}:error=${fault.errno}:when=${fault.when}`],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const faults = new SyscallFaults(strace);
    await new Promise<void>((resolve, reject) => {
      strace.once('error', reject);
      strace.once('exit', (code) => reject(new Error(`strace ended with ${code}`)));
      const { stderr } = strace;
      if (stderr === null) throw new Error('strace has no stderr');
      createInterface({ input: stderr }).on('line', (line) => {
        if (line.includes('attached')) resolve();
        if (line.includes('(INJECTED)')) faults.#fired++;
      });
    });
    return faults;
  }

  /** How many calls were made to fail. */
  get fired(): number {
    return this.#fired;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#strace.exitCode !== null || this.#strace.signalCode !== null) return;
    const gone = once(this.#strace, 'exit');
    this.#strace.kill('SIGINT');
    await gone;
  }
}

import { Writable } from 'node:stream';
import { asDmError, DmError } from '../../model/error.js';
import { CommandContext } from '../command-context.js';
import type { LazySpec } from '../command-spec.js';
import type { ControlClient } from '../control-client.js';
import { parseCommandLine } from '../parse-command-line.js';
import type { ConfigStep } from './plan-config.js';
import { shellLine } from './shell-line.js';

/**
 * Runs command lines one after the other against the agent of `context`, saying nothing of
 * their own. All of them are read before the first one runs; the first that fails ends it, with
 * the error naming the line and how many were run.
 */
export async function runSteps(
  context: CommandContext,
  tree: readonly LazySpec[],
  steps: readonly ConfigStep[],
): Promise<void> {
  const { io } = context;
  const client = await context.client();
  // The steps share it: whoever opened it leaves the agent.
  const shared: ControlClient = { ...client, [Symbol.dispose]: () => undefined };
  const quiet = { ...io, stdout: new Nowhere(), isTTY: false, connect: () => shared };
  const read = [];
  for (const step of steps) {
    try {
      const line = await parseCommandLine(step, tree, { version: '', columns: io.columns });
      if (line.kind === 'command') read.push({ step, line });
    } catch (error) {
      throw failed(step, 0, error);
    }
  }
  for (const [done, { step, line }] of read.entries()) {
    using inner = new CommandContext(quiet, line.args, line.options);
    try {
      await line.command.run(inner);
    } catch (error) {
      throw failed(step, done, error);
    }
  }
}

function failed(step: ConfigStep, done: number, cause: unknown): DmError {
  const { code, message } = asDmError(cause, 'dm config');
  return new DmError(
    code,
    `"${shellLine(step)}" (after ${done} commands were run): ${message}; mend that and apply again`,
    { cause },
  );
}

class Nowhere extends Writable {
  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done();
  }
}

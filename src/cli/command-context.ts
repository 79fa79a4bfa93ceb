import type { CliIo } from './cli-io.js';
import type { ControlClient } from './control-client.js';
import { Output } from './format/output.js';
import { outputFormat, socketPath } from './global-options.js';
import { Interrupt } from './interrupt.js';
import type { OptionValues } from './option-values.js';

/** What one run of a command works with. */
export class CommandContext implements Disposable {
  readonly output: Output;
  private connected: Promise<ControlClient> | null = null;
  private interrupt: Interrupt | null = null;

  constructor(
    readonly io: CliIo,
    readonly args: readonly string[],
    readonly options: OptionValues,
  ) {
    this.output = new Output({
      stream: io.stdout,
      format: outputFormat(options),
      header: !options.has('no-header'),
      colour: io.isTTY && !io.env.NO_COLOR,
    });
  }

  /** The argument at `index`, empty when an optional one was left out. */
  argument(index: number): string {
    return this.args[index] ?? '';
  }

  /** The agent's methods; connects at the first call. */
  readonly client = (): Promise<ControlClient> => {
    this.connected ??= connect(this.io, socketPath(this.options, this.io.env));
    return this.connected;
  };

  /** Aborts at Ctrl-C. From the first call on Ctrl-C no longer ends the process by itself. */
  signal(): AbortSignal {
    if (this.io.signal !== undefined) return this.io.signal;
    this.interrupt ??= new Interrupt();
    return this.interrupt.signal;
  }

  [Symbol.dispose](): void {
    this.interrupt?.[Symbol.dispose]();
    // Whether somebody listens was told by the call that asked.
    this.connected?.then(
      (client) => client[Symbol.dispose]?.(),
      () => undefined,
    );
  }
}

async function connect(io: CliIo, path: string): Promise<ControlClient> {
  return io.connect(path);
}

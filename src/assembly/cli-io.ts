import type { CliIo } from '../cli/cli-io.js';
import type { ControlClient } from '../cli/control-client.js';

const DEFAULT_COLUMNS = 80;

/** What the command line touches, as this process has it. */
export function processIo(): CliIo {
  const { stdin, stdout, stderr, env } = process;
  return {
    stdin,
    stdout,
    stderr,
    env,
    isTTY: stdout.isTTY === true,
    columns: stdout.columns ?? DEFAULT_COLUMNS,
    connect: controlClient,
    offlineState: async () => (await import('./offline-state.js')).offlineState,
    offlineBackups: async () => (await import('./offline-backups.js')).offlineBackups,
    now: () => Date.now(),
  };
}

/** The agent's methods with the signal left out where a command has none to give. */
async function controlClient(path: string): Promise<ControlClient> {
  // Loaded late: help and usage errors need no connection.
  const { openControlClient } = await import('../rpc/control-client.js');
  type Call = (request: unknown, signal: AbortSignal, ...more: unknown[]) => unknown;
  const never = new AbortController().signal;
  const client = openControlClient(path);
  const calls = Object.entries(client.call as unknown as Record<string, Call>);
  return {
    ...Object.fromEntries(
      calls.map(([name, call]) => [
        name,
        (request: unknown, signal = never, ...more: unknown[]) => call(request, signal, ...more),
      ]),
    ),
    [Symbol.dispose]: () => client.close(),
  } as unknown as ControlClient;
}

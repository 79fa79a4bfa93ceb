import type { ControlClient } from './control-client.js';
import type { OfflineBackups } from './offline-backups.js';
import type { OfflineState } from './offline-state.js';

/** What the command line touches outside itself; tests give their own. */
export interface CliIo {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True when stdout is a terminal. */
  readonly isTTY: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Opens a connection; whether somebody listens shows at the first call. */
  connect(socketPath: string): ControlClient | Promise<ControlClient>;
  /** What is done to an agent's state directory while no agent uses it. */
  offlineState(): Promise<OfflineState>;
  /** Backups in a store, while no agent is there to ask. */
  offlineBackups(): Promise<OfflineBackups>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Aborts when the user asks to stop; without it Ctrl-C (SIGINT) of this process is used. */
  readonly signal?: AbortSignal;
}

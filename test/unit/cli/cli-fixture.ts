import { Readable, Writable } from 'node:stream';
import type { CliIo } from '../../../src/cli/cli-io.js';
import type { ControlClient } from '../../../src/cli/control-client.js';
import { runCli } from '../../../src/cli/run-cli.js';

export type FakeMethods = Partial<ControlClient>;

export interface Call {
  readonly method: string;
  readonly request: unknown;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly Call[];
  readonly sockets: readonly string[];
  /** Sockets that were disconnected from, in the end. */
  readonly left: readonly string[];
}

export interface RunSettings {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly signal?: AbortSignal;
}

/** Runs one command line against a client that has only the given methods. */
export async function runLine(
  argv: readonly string[],
  methods: FakeMethods = {},
  settings: RunSettings = {},
): Promise<Outcome> {
  const calls: Call[] = [];
  const sockets: string[] = [];
  const left: string[] = [];
  const stdout = new Capture();
  const stderr = new Capture();
  const io: CliIo = {
    stdin: Readable.from(settings.stdin === undefined ? [] : [settings.stdin]),
    stdout,
    stderr,
    env: settings.env ?? {},
    isTTY: settings.isTTY ?? false,
    columns: 80,
    connect: (socket) => {
      sockets.push(socket);
      return {
        ...recordingClient(methods, calls, () => {
          if (left.length > 0) throw new Error('the client was disconnected before');
        }),
        [Symbol.dispose]: () => left.push(socket),
      };
    },
    offlineBackups: () => Promise.reject(new Error('not in these tests')),
    offlineState: () => Promise.reject(new Error('not in these tests')),
    now: () => 0,
    ...(settings.signal === undefined ? {} : { signal: settings.signal }),
  };
  const code = await runCli([...argv], io);
  return { code, stdout: stdout.text(), stderr: stderr.text(), calls, sockets, left };
}

/** Splits like a shell: blanks part words, double quotes and a backslash keep them together. */
export function words(line: string): string[] {
  const found = line.match(/(?:\\.|"[^"]*"|[^\s"\\])+/g) ?? [];
  return found.map((word) => word.replace(/"([^"]*)"|\\(.)/g, '$1$2'));
}

export async function* stream<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}

function recordingClient(
  methods: FakeMethods,
  calls: Call[],
  beforeCall: () => void,
): ControlClient {
  const recorded = Object.entries(methods).map(([name, method]) => {
    const call = method as (request: unknown, signal: AbortSignal) => unknown;
    return [
      name,
      (request: unknown, signal: AbortSignal) => {
        beforeCall();
        calls.push({ method: name, request });
        return call(request, signal);
      },
    ] as const;
  });
  return Object.fromEntries(recorded) as unknown as ControlClient;
}

class Capture extends Writable {
  private readonly chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }

  text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}

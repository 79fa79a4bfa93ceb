import type { CliIo } from './cli-io.js';
import { humanBytes, humanDuration } from './format/humanise.js';
import { escapeText } from './format/text.js';

/** How far something is; totals are 0 while they are not known. */
export interface ProgressState {
  readonly files_done?: number;
  readonly files_total?: number;
  readonly bytes_done?: number;
  readonly bytes_total?: number;
  readonly phase?: string;
}

export interface ProgressDisplay {
  update(state: ProgressState): void;
  close(): void;
}

/** Without a terminal: a line this often. */
const LINE_INTERVAL_MS = 10_000;

/** Shows progress on stderr: a bar on a terminal, else a line every 10 seconds. */
export async function openProgress(io: CliIo, what: string): Promise<ProgressDisplay> {
  return io.stderr.isTTY === true ? openBar(io) : openLines(io, what);
}

/** `files, bytes, rate, remaining time, phase` of a state, `seconds` after the start. */
export function progressText(state: ProgressState, seconds: number): string {
  const { files_done = 0, files_total = 0, bytes_done = 0, bytes_total = 0 } = state;
  const rate = seconds > 0 ? bytes_done / seconds : 0;
  const parts = [
    `${ofTotal(String(files_done), files_total, String(files_total))} files`,
    ofTotal(humanBytes(bytes_done), bytes_total, humanBytes(bytes_total)),
    `${humanBytes(Math.round(rate))}/s`,
  ];
  if (rate > 0 && bytes_total > bytes_done) {
    parts.push(`${humanDuration((bytes_total - bytes_done) / rate)} left`);
  }
  if (state.phase) parts.push(escapeText(state.phase));
  return parts.join(', ');
}

/** `DONE of TOTAL`; what is done alone while the total is not known. */
export function ofTotal(done: string, total: number, totalText: string): string {
  return total > 0 ? `${done} of ${totalText}` : done;
}

function openLines(io: CliIo, what: string): ProgressDisplay {
  const started = io.now();
  let state: ProgressState = {};
  const timer = setInterval(() => {
    io.stderr.write(`${what}: ${progressText(state, (io.now() - started) / 1000)}\n`);
  }, LINE_INTERVAL_MS);
  return {
    update: (next) => {
      state = next;
    },
    close: () => clearInterval(timer),
  };
}

async function openBar(io: CliIo): Promise<ProgressDisplay> {
  const { default: cliProgress } = await import('cli-progress');
  const started = io.now();
  const bar = new cliProgress.SingleBar({
    format: '[{bar}] {percentage}% | {text}',
    stream: io.stderr,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    barsize: 20,
  });
  bar.start(1, 0, { text: 'waiting' });
  return {
    update: (state) => {
      const byBytes = (state.bytes_total ?? 0) > 0;
      const total = (byBytes ? state.bytes_total : state.files_total) ?? 0;
      const done = (byBytes ? state.bytes_done : state.files_done) ?? 0;
      bar.setTotal(Math.max(1, total));
      bar.update(Math.min(done, Math.max(1, total)), {
        text: progressText(state, (io.now() - started) / 1000),
      });
    },
    close: () => bar.stop(),
  };
}

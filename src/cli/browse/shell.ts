import { createInterface, type Interface } from 'node:readline';
import { asDmError } from '../../model/error.js';
import type { CommandContext } from '../command-context.js';
import { errorLine } from '../format/error-line.js';
import { BrokenPipe } from '../format/write-text.js';
import { runBrowseCommand } from './commands.js';
import { complete } from './completer.js';
import { HISTORY_SIZE, historyPath, loadHistory, saveHistory } from './history.js';
import type { BrowseSession } from './session.js';
import { parseCommands } from './words.js';

/**
 * The shell on a terminal: prompt, history, completion. A failing command is one line on stderr;
 * Ctrl-C stops the running command or clears the line; Ctrl-D and `exit` leave.
 */
export async function runShell(context: CommandContext, session: BrowseSession): Promise<void> {
  let running: AbortController | null = null;
  const { io } = context;
  const history = openHistory(context);
  const lines = createInterface({
    input: io.stdin,
    output: io.stdout,
    terminal: true,
    history: history.lines,
    historySize: HISTORY_SIZE,
    removeHistoryDuplicates: true,
    completer: (line: string, done: (error: Error | null, result: [string[], string]) => void) => {
      complete(session, line, new AbortController().signal).then(
        (result) => done(null, result),
        // Nothing to offer: what is wrong shows when the command runs.
        () => done(null, [[], line]),
      );
    },
  });
  lines.on('history', history.save);
  lines.on('SIGINT', () => {
    if (running !== null) return running.abort();
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
  });
  const next = lineReader(lines);
  try {
    while (!session.ended) {
      lines.setPrompt(session.prompt);
      lines.prompt();
      const line = await next();
      if (line === null) return;
      running = new AbortController();
      await runLine(context, session, line, running.signal);
      running = null;
    }
  } finally {
    lines.close();
  }
}

async function runLine(
  context: CommandContext,
  session: BrowseSession,
  line: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const words of parseCommands(line)) {
      await runBrowseCommand(session, words, context.output, signal);
      if (session.ended) return;
    }
  } catch (error) {
    if (error instanceof BrokenPipe) throw error;
    const verbose = context.options.boolean('verbose') ?? false;
    context.io.stderr.write(errorLine(asDmError(error, 'browse'), verbose));
  }
}

/**
 * Resolves with the next line typed, null once the input has ended. Lines typed meanwhile are kept.
 */
function lineReader(lines: Interface): () => Promise<string | null> {
  const waiting: string[] = [];
  let closed = false;
  let wake: () => void = () => undefined;
  lines.on('line', (line) => {
    waiting.push(line);
    wake();
  });
  lines.on('close', () => {
    closed = true;
    wake();
  });
  return async () => {
    while (waiting.length === 0 && !closed) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return waiting.shift() ?? null;
  };
}

/** The kept history. What goes wrong with it is said once and does not disturb the work. */
function openHistory({ io }: CommandContext): { lines: string[]; save: (lines: string[]) => void } {
  let path = historyPath(io.env);
  const guarded = (action: (path: string) => void) => {
    if (path === null) return;
    try {
      action(path);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      io.stderr.write(`browse: the history is not kept: ${why}\n`);
      path = null;
    }
  };
  let loaded: string[] = [];
  guarded((file) => {
    loaded = loadHistory(file);
  });
  return { lines: loaded, save: (lines) => guarded((file) => saveHistory(file, lines)) };
}

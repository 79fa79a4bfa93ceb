import { createInterface } from 'node:readline';
import type { CommandContext } from '../command-context.js';
import { runBrowseCommand } from './commands.js';
import { BrowseSession } from './session.js';
import { runShell } from './shell.js';
import { parseCommands } from './words.js';

/**
 * Runs the commands of -c, the script on stdin, or a shell when stdin is a terminal. In the first
 * two the first command that fails ends it with that error.
 */
export async function runBrowse(context: CommandContext): Promise<void> {
  const session = new BrowseSession(await context.client());
  const commands = context.options.text('command');
  if (commands !== undefined) return runText(context, session, commands);
  if (context.io.stdin.isTTY === true) return runShell(context, session);
  const lines = createInterface({ input: context.io.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    await runText(context, session, line);
    if (session.ended) break;
  }
}

async function runText(
  context: CommandContext,
  session: BrowseSession,
  text: string,
): Promise<void> {
  for (const words of parseCommands(text)) {
    await runBrowseCommand(session, words, context.output, context.signal());
    if (session.ended) return;
  }
}

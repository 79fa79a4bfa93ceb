import { escapePath } from '../../util/escape.js';
import { BROWSE_COMMANDS } from './commands.js';
import type { BrowseSession } from './session.js';
import { parseCommands, quoteWord } from './words.js';

/** More candidates than this are not offered. */
const MOST = 500;

/** What readline wants: candidates for the last word, and that word as it stands in the line. */
export type Completion = [string[], string];

/** Candidates for the word that ends at the cursor. Nothing when the agent cannot say. */
export async function complete(
  session: BrowseSession,
  line: string,
  signal: AbortSignal,
): Promise<Completion> {
  const command = line.slice(line.lastIndexOf(';') + 1).trimStart();
  const word = /(?:\\.|[^\s\\])*\\?$/.exec(command)?.[0] ?? '';
  const first =
    command
      .slice(0, command.length - word.length)
      .trim()
      .split(/\s/)[0] ?? '';
  if (first === '') return [startingWith(commandNames(), word), word];
  const completes = BROWSE_COMMANDS.find((one) => one.name === first)?.completes ?? 'nothing';
  if (completes === 'account') return [startingWith(await accountNames(session), word), word];
  if (completes === 'dataset')
    return [startingWith(await datasetNumbers(session, signal), word), word];
  if (completes === 'path' && !/['"]/.test(word)) return [await paths(session, word, signal), word];
  return [[], word];
}

function commandNames(): string[] {
  return BROWSE_COMMANDS.map((command) => `${command.name} `);
}

async function accountNames(session: BrowseSession): Promise<string[]> {
  const { accounts } = await session.client.listAccounts({});
  return accounts.flatMap(({ id, name }) => [quoteWord(Buffer.from(name)), id]);
}

async function datasetNumbers(session: BrowseSession, signal: AbortSignal): Promise<string[]> {
  const query = { account: session.accountId(), base_path: '' };
  const numbers: string[] = [];
  for await (const { id } of session.client.listDatasets(query, signal)) numbers.push(String(id));
  return numbers;
}

async function paths(session: BrowseSession, word: string, signal: AbortSignal): Promise<string[]> {
  const typed = parseCommands(word)[0]?.[0] ?? Buffer.alloc(0);
  const cut = typed.lastIndexOf('/') + 1;
  const prefix = typed.subarray(cut);
  const before = quoteWord(typed.subarray(0, cut));
  const found: string[] = [];
  for await (const entry of session.entries(session.resolve(typed.subarray(0, cut)), signal)) {
    if (!entry.name.subarray(0, prefix.length).equals(prefix)) continue;
    found.push(`${before}${quoteWord(entry.name)}${entry.type === 'dir' ? '/' : ' '}`);
    if (found.length === MOST) break;
  }
  return startingWith(found, word === escapePath(typed) ? word : '');
}

function startingWith(candidates: readonly string[], word: string): string[] {
  return candidates.filter((candidate) => candidate.startsWith(word));
}

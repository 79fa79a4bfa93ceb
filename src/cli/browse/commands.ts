import { DmError } from '../../model/error.js';
import { offsetTime } from '../format/humanise.js';
import { escapeControl, escapeText } from '../format/text.js';
import { downloadCommand } from './download.js';
import { longLine, shortLine } from './entry-text.js';
import { find } from './find.js';
import { restore } from './restore.js';
import type { BrowseSession } from './session.js';
import { statLines } from './stat-text.js';

type Lines = AsyncIterable<string> | Iterable<string>;

export interface BrowseCommand {
  readonly name: string;
  readonly usage: string;
  readonly help: string;
  /** What Tab completes after the command. */
  readonly completes: 'nothing' | 'account' | 'dataset' | 'path';
  /** Yields the lines to print. */
  run(session: BrowseSession, args: readonly Buffer[], signal: AbortSignal): Lines | Promise<Lines>;
}

export const BROWSE_COMMANDS: readonly BrowseCommand[] = [
  {
    name: 'help',
    usage: 'help',
    help: 'list the commands',
    completes: 'nothing',
    run: help,
  },
  {
    name: 'list-accounts',
    usage: 'list-accounts',
    help: 'list the places that hold datasets',
    completes: 'nothing',
    run: listAccounts,
  },
  {
    name: 'connect-account',
    usage: 'connect-account ACCOUNT',
    help: 'choose a place by id or name',
    completes: 'account',
    async run(session, args) {
      await session.connectAccount(one('connect-account', args));
      return [];
    },
  },
  {
    name: 'list-datasets',
    usage: 'list-datasets',
    help: 'list the datasets of the place',
    completes: 'nothing',
    run: listDatasets,
  },
  {
    name: 'connect-dataset',
    usage: 'connect-dataset DATASET',
    help: 'choose a dataset by its number',
    completes: 'dataset',
    async run(session, args) {
      await session.connectDataset(one('connect-dataset', args));
      return [];
    },
  },
  {
    name: 'pwd',
    usage: 'pwd',
    help: 'print where we are',
    completes: 'nothing',
    *run(session) {
      yield session.where();
    },
  },
  {
    name: 'ls',
    usage: 'ls [-l] [PATH]',
    help: 'list a directory',
    completes: 'path',
    run: list,
  },
  {
    name: 'cd',
    usage: 'cd [PATH]',
    help: 'go to a directory; the root without PATH',
    completes: 'path',
    async run(session, args) {
      await session.changeDirectory(args[0] ?? Buffer.from('/'));
      return [];
    },
  },
  {
    name: 'find',
    usage: 'find [PATH] [-name GLOB] [-type f,d,l] [-size ±N[kMGT]] [-newer DATE]',
    help: 'list everything below a directory for which all tests hold',
    completes: 'path',
    run: find,
  },
  {
    name: 'stat',
    usage: 'stat PATH',
    help: 'print all that the dataset knows of an entry',
    completes: 'path',
    async *run(session, args) {
      const path = args[0];
      if (path === undefined || args.length > 1) {
        throw new DmError('usage', 'stat takes one PATH; see "help"');
      }
      const components = session.resolve(path);
      const stat = await session.stat(components);
      if (stat.entry === null) throw new DmError('not_found', 'no such entry; see "ls"');
      yield* statLines(stat, stat.entry);
    },
  },
  {
    name: 'download',
    usage: 'download SRC DST [--metadata] [--force]',
    help: 'bring a file or a directory here: data and modes, with --metadata also owners, times, attributes',
    completes: 'path',
    run: downloadCommand,
  },
  {
    name: 'restore',
    usage: 'restore SRC DST',
    help: 'have the agent bring it back with all metadata; it keeps its path below DST',
    completes: 'path',
    run: restore,
  },
  {
    name: 'exit',
    usage: 'exit',
    help: 'leave',
    completes: 'nothing',
    run(session) {
      session.ended = true;
      return [];
    },
  },
];

/** The lines of one command. */
export async function* runBrowseCommand(
  session: BrowseSession,
  words: readonly Buffer[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const name = words[0]?.toString('utf8') ?? '';
  const command = BROWSE_COMMANDS.find((one) => one.name === name);
  if (command === undefined) {
    throw new DmError('usage', `browse has no command "${escapeText(name)}"; see "help"`);
  }
  yield* await command.run(session, words.slice(1), signal);
}

function* help(): Generator<string> {
  for (const { usage, help: text } of BROWSE_COMMANDS) {
    yield usage;
    yield `    ${text}`;
  }
  yield 'Names are written as they are printed: \\xNN is a byte, \\\\ a backslash. Quote with \' or ", or put a';
  yield 'backslash before a space. Several commands are separated by ";".';
}

async function* listAccounts(session: BrowseSession): AsyncGenerator<string> {
  const { accounts } = await session.client.listAccounts({});
  for (const { id, name } of accounts.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    yield `${id} (${escapeText(name)})`;
  }
}

async function* listDatasets(
  session: BrowseSession,
  _args: readonly Buffer[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const query = { account: session.accountId(), base_path: '' };
  for await (const dataset of session.client.listDatasets(query, signal)) {
    const time = offsetTime(dataset.dataset_creation_time);
    yield `${dataset.id}\t${time}\t${escapeControl(dataset.dataset_base_path)}`;
  }
}

async function* list(
  session: BrowseSession,
  args: readonly Buffer[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const paths = args.filter((word) => word[0] !== 0x2d);
  const options = args.filter((word) => word[0] === 0x2d).map((word) => word.toString('utf8'));
  if (paths.length > 1 || options.some((option) => option !== '-l')) {
    throw new DmError('usage', 'ls takes -l and one PATH; see "help"');
  }
  const line = options.length > 0 ? longLine : shortLine;
  const components = session.resolve(paths[0] ?? Buffer.from('.'));
  const self = await session.entry(components);
  if (self.type !== 'dir') {
    yield line({ ...self, name: paths[0] ?? self.name });
    return;
  }
  for await (const entry of session.entries(components, signal)) yield line(entry);
}

function one(command: string, args: readonly Buffer[]): string {
  const word = args[0];
  if (word === undefined || args.length > 1) {
    throw new DmError('usage', `${command} takes one name or id; see "help"`);
  }
  return word.toString('utf8');
}

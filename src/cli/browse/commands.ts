import type { ListingWarning } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { Account } from '../control-messages.js';
import { columns } from '../format/columns.js';
import { offsetTime } from '../format/humanise.js';
import type { Output } from '../format/output.js';
import { escapeControl, escapeText } from '../format/text.js';
import { warningText } from '../format/warning-line.js';
import { downloadCommand } from './download.js';
import { statMessage } from './entry-row.js';
import { find } from './find.js';
import { list } from './list.js';
import { type Printed, print, printedList, printedView } from './printed.js';
import { restore } from './restore.js';
import type { BrowseSession } from './session.js';
import { statLines } from './stat-text.js';

export interface BrowseCommand {
  readonly name: string;
  readonly usage: string;
  readonly help: string;
  /** What Tab completes after the command. */
  readonly completes: 'nothing' | 'account' | 'dataset' | 'path';
  /** Null when there is nothing to print. Lists, downloads and restores are done while they are printed. */
  run(
    session: BrowseSession,
    args: readonly Buffer[],
    signal: AbortSignal,
  ): Printed | null | Promise<Printed | null>;
}

export const BROWSE_COMMANDS: readonly BrowseCommand[] = [
  {
    name: 'help',
    usage: 'help',
    help: 'list the commands',
    completes: 'nothing',
    run: () => ({ lines: help, data: null }),
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
      return null;
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
      return null;
    },
  },
  {
    name: 'pwd',
    usage: 'pwd',
    help: 'print where we are',
    completes: 'nothing',
    run(session) {
      const where = session.where();
      return printedView([where], { where });
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
      return null;
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
    async run(session, args) {
      const path = args[0];
      if (path === undefined || args.length > 1) {
        throw new DmError('usage', 'stat takes one PATH; see "help"');
      }
      const components = session.resolve(path);
      const stat = await session.stat(components);
      if (stat.entry === null) throw new DmError('not_found', 'no such entry; see "ls"');
      return printedView(statLines(stat, stat.entry), statMessage(components, stat, stat.entry));
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
    run: (session, args, signal) => ({ lines: () => restore(session, args, signal), data: null }),
  },
  {
    name: 'exit',
    usage: 'exit',
    help: 'leave',
    completes: 'nothing',
    run(session) {
      session.ended = true;
      return null;
    },
  },
];

/** Runs one command and prints in the format that was asked for. */
export async function runBrowseCommand(
  session: BrowseSession,
  words: readonly Buffer[],
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const name = words[0]?.toString('utf8') ?? '';
  const command = BROWSE_COMMANDS.find((one) => one.name === name);
  if (command === undefined) {
    throw new DmError('usage', `browse has no command "${escapeText(name)}"; see "help"`);
  }
  const printed = await command.run(session, words.slice(1), signal);
  if (printed !== null) await print(name, printed, output);
}

function* help(): Generator<string> {
  for (const { usage, help: text } of BROWSE_COMMANDS) {
    yield usage;
    yield `    ${text}`;
  }
  yield 'Names are written as they are printed: \\xNN is a byte, \\\\ a backslash, also in quotes. Quote with';
  yield '\' or ", or put a backslash before a space. Several commands are separated by ";".';
}

function listAccounts(session: BrowseSession): Printed {
  return printedList(accountsOf(session), {
    columns: columns({}, 'id', 'name'),
    lines: ({ id, name }) => [`${id} (${escapeText(name)})`],
    row: ({ id, name }) => ({ id, name }),
  });
}

async function* accountsOf({ client }: BrowseSession): AsyncGenerator<Account> {
  const { accounts } = await client.listAccounts({});
  yield* accounts.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function listDatasets(
  session: BrowseSession,
  _args: readonly Buffer[],
  signal: AbortSignal,
): Printed {
  const query = { account: session.accountId(), base_path: '' };
  const warnings: ListingWarning[] = [];
  const onWarning = (warning: ListingWarning) => void warnings.push(warning);
  return printedList(session.client.listDatasets(query, signal, onWarning), {
    columns: columns({}, 'id', 'dataset_creation_time', 'dataset_base_path', 'dataset_state'),
    *lines({ id, dataset_creation_time: time, dataset_base_path: path }) {
      yield `${id}\t${offsetTime(time)}\t${escapeControl(path)}`;
    },
    row: ({ id, dataset_creation_time, dataset_base_path, dataset_state }) => ({
      id,
      dataset_creation_time,
      dataset_base_path,
      dataset_state,
    }),
    after: () => warnings.map(warningText),
  });
}

function one(command: string, args: readonly Buffer[]): string {
  const word = args[0];
  if (word === undefined || args.length > 1) {
    throw new DmError('usage', `${command} takes one name or id; see "help"`);
  }
  return word.toString('utf8');
}

import { DmError } from '../../model/error.js';
import { escapePath } from '../../util/escape.js';
import type { BrowseEntry } from '../control-messages.js';
import { ENTRY_COLUMNS, entryRow } from './entry-row.js';
import { globMatcher } from './glob.js';
import { type Printed, printedList } from './printed.js';
import type { BrowseSession, Components } from './session.js';

type Test = (entry: BrowseEntry) => boolean;

interface Question {
  readonly path: Buffer | null;
  readonly matches: Test;
}

const TYPES: Readonly<Record<string, string>> = {
  f: 'file',
  d: 'dir',
  l: 'symlink',
  p: 'fifo',
  s: 'socket',
  c: 'char',
  b: 'block',
};
const SIZE_UNITS = 'kMGT';

/**
 * `find [PATH] [-name GLOB] [-type f,d,l] [-size ±N] [-newer DATE]`: the entries
 * below a directory for which all tests hold. Each directory is listed directories
 * first, then the search goes down into them.
 */
export function find(
  session: BrowseSession,
  args: readonly Buffer[],
  signal: AbortSignal,
): Printed {
  return printedList(found(session, parseFind(args), signal), {
    columns: ENTRY_COLUMNS,
    lines: ({ label }) => [label],
    row: ({ components, entry }) => entryRow(components, entry),
  });
}

interface Found {
  /** Its path as it was asked for, as it is printed. */
  readonly label: string;
  readonly components: Components;
  readonly entry: BrowseEntry;
}

async function* found(
  session: BrowseSession,
  { path, matches }: Question,
  signal: AbortSignal,
): AsyncGenerator<Found> {
  const start = session.resolve(path ?? Buffer.from('.'));
  const label = path === null ? './' : escapePath(path).replace(/\/*$/, '/');
  if (path !== null) {
    const entry = await session.entry(start);
    if (entry.type !== 'dir') {
      const isMatch = matches({ ...entry, name: start.at(-1) ?? entry.name });
      if (isMatch) yield { label: escapePath(path), components: start, entry };
      return;
    }
  }
  yield* below(session, start, label, matches, signal);
}

async function* below(
  session: BrowseSession,
  directory: Components,
  label: string,
  matches: Test,
  signal: AbortSignal,
): AsyncGenerator<Found> {
  const directories: Buffer[] = [];
  const others: Found[] = [];
  for await (const entry of session.entries(directory, signal)) {
    const isDirectory = entry.type === 'dir';
    if (isDirectory) directories.push(entry.name);
    if (!matches(entry)) continue;
    const one = {
      label: `${label}${escapePath(entry.name)}${isDirectory ? '/' : ''}`,
      components: [...directory, entry.name],
      entry,
    };
    if (isDirectory) yield one;
    else others.push(one);
  }
  yield* others;
  for (const name of directories) {
    yield* below(session, [...directory, name], `${label}${escapePath(name)}/`, matches, signal);
  }
}

function parseFind(args: readonly Buffer[]): Question {
  let path: Buffer | null = null;
  const tests: Test[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at]?.toString('utf8') ?? '';
    if (!word.startsWith('-')) {
      if (path !== null) throw new DmError('usage', 'find takes one PATH; leave the others out');
      path = args[at] ?? null;
      continue;
    }
    const value = args[++at];
    if (value === undefined) throw new DmError('usage', `find ${word} needs a value; see "help"`);
    tests.push(predicate(word, value));
  }
  return { path, matches: (entry) => tests.every((test) => test(entry)) };
}

function predicate(word: string, value: Buffer): Test {
  const text = value.toString('utf8');
  switch (word) {
    case '-name': {
      const matches = globMatcher(value);
      return (entry) => matches(entry.name);
    }
    case '-type':
      return typeTest(text);
    case '-size':
      return sizeTest(text);
    case '-newer': {
      const since = parseDate(text);
      return (entry) => BigInt(entry.mtime_ns || '0') > since;
    }
    default:
      throw new DmError('usage', `find has no test ${word}; see "help"`);
  }
}

function typeTest(text: string): Test {
  const types = text.split(',').map((letter) => TYPES[letter]);
  if (types.includes(undefined)) {
    throw new DmError('usage', `find -type ${text} is not possible; give some of f,d,l,p,s,c,b`);
  }
  return (entry) => types.includes(entry.type);
}

function sizeTest(text: string): Test {
  const parts = /^([+-]?)([0-9]{1,15})([kMGT]?)$/.exec(text);
  if (parts === null) {
    throw new DmError('usage', `find -size ${text} is not possible; give ±BYTES or ±10k, M, G, T`);
  }
  const unit = parts[3] === '' ? 0 : SIZE_UNITS.indexOf(parts[3] ?? '') + 1;
  const size = Number(parts[2]) * 1024 ** unit;
  if (parts[1] === '+') return (entry) => entry.size > size;
  if (parts[1] === '-') return (entry) => entry.size < size;
  return (entry) => entry.size === size;
}

/** Nanoseconds of `2025-05-29`, `2025-05-29 10:40[:13]` (local time) or an RFC 3339 time. */
function parseDate(text: string): bigint {
  const form = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
  const day = text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T');
  const time = form.test(text) ? new Date(day).getTime() : Number.NaN;
  if (Number.isNaN(time)) {
    throw new DmError('usage', `"${text}" is no date; give YYYY-MM-DD or "YYYY-MM-DD HH:MM:SS"`);
  }
  return BigInt(time) * 1_000_000n;
}

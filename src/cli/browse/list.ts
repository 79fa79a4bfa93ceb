import { DmError } from '../../model/error.js';
import type { BrowseEntry } from '../control-messages.js';
import { ENTRY_COLUMNS, entryRow } from './entry-row.js';
import { longLine, shortLine } from './entry-text.js';
import { type Printed, printedList } from './printed.js';
import type { BrowseSession, Components } from './session.js';

/** `ls [-l] [PATH]`: the entries of a directory, or anything else itself. */
export function list(
  session: BrowseSession,
  args: readonly Buffer[],
  signal: AbortSignal,
): Printed {
  const paths = args.filter((word) => word[0] !== 0x2d);
  const options = args.filter((word) => word[0] === 0x2d).map((word) => word.toString('utf8'));
  if (paths.length > 1 || options.some((option) => option !== '-l')) {
    throw new DmError('usage', 'ls takes -l and one PATH; see "help"');
  }
  const line = options.length > 0 ? longLine : shortLine;
  return printedList(found(session, paths[0] ?? Buffer.from('.'), signal), {
    columns: ENTRY_COLUMNS,
    lines: ({ entry }) => [line(entry)],
    row: ({ components, entry }) => entryRow(components, entry),
  });
}

async function* found(
  session: BrowseSession,
  path: Buffer,
  signal: AbortSignal,
): AsyncGenerator<{ components: Components; entry: BrowseEntry }> {
  const components = session.resolve(path);
  const self = await session.entry(components);
  if (self.type !== 'dir') {
    yield { components, entry: { ...self, name: path } };
    return;
  }
  for await (const entry of session.entries(components, signal)) {
    yield { components: [...components, entry.name], entry };
  }
}

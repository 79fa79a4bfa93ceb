import { DmError } from '../../model/error.js';
import { escapePath } from '../../util/escape.js';
import { Bring } from './bring.js';
import { BROUGHT_COLUMNS, type Brought, BroughtLines, broughtRow, Tally } from './brought.js';
import { LocalDirectory, throughLink } from './local-directory.js';
import { MetadataWriter } from './metadata-writer.js';
import { type Printed, printedList } from './printed.js';
import type { BrowseSession } from './session.js';

export interface DownloadRequest {
  /** A path of the dataset. */
  readonly source: Buffer;
  /** A path of this host. */
  readonly destination: Buffer;
  /** Also owners, times, attributes and special files. */
  readonly metadata: boolean;
  /** Replace files that are there. */
  readonly force: boolean;
  /** How special files can be had, for people. */
  readonly forSpecials: string;
}

/** `download SRC DST [--metadata] [--force]` */
export function downloadCommand(
  session: BrowseSession,
  args: readonly Buffer[],
  signal: AbortSignal,
): Printed {
  const isFlag = (word: Buffer, flag: string): boolean => word.equals(Buffer.from(flag));
  const force = args.some((word) => isFlag(word, '--force'));
  const metadata = args.some((word) => isFlag(word, '--metadata'));
  const [source, destination, ...rest] = args.filter(
    (word) => !isFlag(word, '--force') && !isFlag(word, '--metadata'),
  );
  if (source === undefined || destination === undefined || rest.length > 0) {
    throw new DmError('usage', 'download takes SRC and DST; see "help"');
  }
  const forSpecials = 'give --metadata, as root';
  return download(session, { source, destination, metadata, force, forSpecials }, signal);
}

/**
 * Brings data and permission bits with the caller's rights. A directory goes to DST/NAME, a file to DST, or DST/NAME
 * when DST is a directory. Tells of each entry when it is there. An entry below a
 * directory that cannot be brought is told by name and leaves nothing; the others go on, and the
 * end is `partial`, as it is when the dataset itself lacks something. What concerns all of them ends it; what came before stays.
 */
export function download(
  session: BrowseSession,
  request: DownloadRequest,
  signal: AbortSignal,
): Printed {
  const lines = new BroughtLines();
  const tally = new Tally(request);
  const printed = printedList(bringAll(session, request, tally, signal), {
    columns: BROUGHT_COLUMNS,
    lines: (brought) => lines.of(brought),
    row: broughtRow,
  });
  const end = () => {
    const outcome = tally.outcome();
    if (outcome !== null) throw outcome;
  };
  return { ...printed, end };
}

async function* bringAll(
  session: BrowseSession,
  { source, destination, metadata, force }: DownloadRequest,
  tally: Tally,
  signal: AbortSignal,
): AsyncGenerator<Brought> {
  const components = session.resolve(source);
  const entry = await session.entry(components);
  const name = components.at(-1) ?? session.rootName();
  const writer = metadata ? await MetadataWriter.load() : null;
  const bring = new Bring(session, { force, writer }, signal);
  const place = openDestination(destination, entry.type === 'dir', name);
  using directory = place.directory;
  const top = { ...entry, name: place.name };
  for await (const brought of bring.top(top, components, directory, escapePath(name))) {
    tally.add(brought);
    yield brought;
  }
  const { lacks } = session.connectedDataset();
  // What it does not have at all is nowhere in its tree, and nobody knows where it was.
  if (components.length === 0 && lacks !== null && bring.lacking < Math.max(1, lacks.exceptions)) {
    tally.datasetLacks(lacks.exceptions - bring.lacking);
  }
}

/** The directory to write in and the name there. DST itself is never followed when it is a link. */
function openDestination(
  destination: Buffer,
  makeDirectory: boolean,
  name: Buffer,
): { directory: LocalDirectory; name: Buffer } {
  const text = destination.toString('latin1');
  const plain = Buffer.from(text.replace(/(?<=.)\/+$/, ''), 'latin1');
  const cut = plain.lastIndexOf('/');
  const last = plain.subarray(cut + 1);
  if (plain.length === 0) throw new DmError('usage', 'DST is empty; name a file or a directory');
  if (['', '.', '..'].includes(last.toString('latin1'))) {
    return { directory: LocalDirectory.open(plain, false), name };
  }
  const above = cut === -1 ? Buffer.from('.') : plain.subarray(0, Math.max(cut, 1));
  const parent = LocalDirectory.open(above, true);
  try {
    const found = parent.look(last);
    if (found?.isSymbolicLink()) throw throughLink(plain);
    if (makeDirectory || found?.isDirectory()) {
      const directory = parent.enter(last, { shown: plain });
      parent[Symbol.dispose]();
      return { directory, name };
    }
    if (text.endsWith('/')) {
      throw new DmError('not_found', `${escapePath(plain)} is no directory; make it first`);
    }
    return { directory: parent, name: last };
  } catch (error) {
    parent[Symbol.dispose]();
    throw error;
  }
}

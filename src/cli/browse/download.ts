import { DmError } from '../../model/error.js';
import { escapePath } from '../../util/escape.js';
import type { BrowseEntry } from '../control-messages.js';
import { padText } from '../format/text.js';
import { LocalDirectory, throughLink } from './local-directory.js';
import { type BrowseSession, type Components, shown } from './session.js';

const LABEL_WIDTH = 17;

/**
 * `download SRC DST [--force]`: brings data with the caller's rights, without owner and permissions. A directory
 * goes to DST/NAME, a file to DST, or DST/NAME when DST is a directory. Yields a line per entry before it
 * is written. Stops at the first error; what came before stays.
 */
export async function* download(
  session: BrowseSession,
  args: readonly Buffer[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const force = args.some((word) => word.equals(Buffer.from('--force')));
  const [source, destination, ...rest] = args.filter(
    (word) => !word.equals(Buffer.from('--force')),
  );
  if (source === undefined || destination === undefined || rest.length > 0) {
    throw new DmError('usage', 'download takes SRC and DST; see "help"');
  }
  const components = session.resolve(source);
  const entry = await session.entry(components);
  const name = components.at(-1) ?? session.rootName();
  const job = new Download(session, force, signal);
  const place = openDestination(destination, entry.type === 'dir', name);
  using directory = place.directory;
  yield* job.bring({ ...entry, name: place.name }, components, directory, escapePath(name));
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
      const directory = parent.enter(last, plain);
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

class Download {
  constructor(
    private readonly session: BrowseSession,
    private readonly force: boolean,
    private readonly signal: AbortSignal,
  ) {}

  /** Brings one entry, named `entry.name` there, and all below it. */
  async *bring(
    entry: BrowseEntry,
    components: Components,
    directory: LocalDirectory,
    label: string,
  ): AsyncGenerator<string> {
    this.signal.throwIfAborted();
    const destination = escapePath(directory.child(entry.name));
    switch (entry.type) {
      case 'dir': {
        using inner = directory.enter(entry.name);
        yield line(`${label}/`, `${destination}/`);
        for await (const child of this.session.entries(components, this.signal)) {
          const path = [...components, child.name];
          yield* this.bring(child, path, inner, `${label}/${escapePath(child.name)}`);
        }
        return;
      }
      case 'file':
        yield line(label, destination);
        await this.bringFile(entry, components, directory);
        return;
      case 'symlink':
        yield line(label, destination);
        directory.writeLink(entry.name, entry.symlink_target, this.force);
        return;
      default:
        yield `${padText(label, LABEL_WIDTH)} skipped [${entry.type}]`;
    }
  }

  private async bringFile(
    entry: BrowseEntry,
    components: Components,
    directory: LocalDirectory,
  ): Promise<void> {
    const request = { ...this.session.request(components), offset: 0, length: 0 };
    const chunks = this.session.client.readFile(request, this.signal);
    await directory.writeFile(entry.name, this.whole(chunks, entry.size, components), this.force);
  }

  /** The bytes of a file; a file that comes short or long is an error, not a file. */
  private async *whole(
    chunks: AsyncIterable<{ data: Buffer }>,
    size: number,
    components: Components,
  ): AsyncGenerator<Uint8Array> {
    let seen = 0;
    for await (const { data } of chunks) {
      this.signal.throwIfAborted();
      seen += data.length;
      if (seen > size) break;
      yield data;
    }
    if (seen !== size) {
      throw new DmError(
        'corrupt',
        `${shown(components)} has ${size} bytes in the dataset but another number arrived; verify the dataset`,
      );
    }
  }
}

function line(source: string, destination: string): string {
  return `${padText(source, LABEL_WIDTH)} -> ${destination}`;
}

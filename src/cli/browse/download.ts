import type { MetadataFailure } from '../../endpoint/local/receive/file-metadata.js';
import { DmError } from '../../model/error.js';
import { escapePath } from '../../util/escape.js';
import type { BrowseEntry } from '../control-messages.js';
import { padText } from '../format/text.js';
import { LocalDirectory, throughLink } from './local-directory.js';
import { MetadataWriter } from './metadata-writer.js';
import { type BrowseSession, type Components, shown } from './session.js';

const LABEL_WIDTH = 17;

/**
 * `download SRC DST [--metadata] [--force]`: brings data with the caller's rights; with
 * --metadata also owners, modes, times, attributes and special files. A directory goes to
 * DST/NAME, a file to DST, or DST/NAME when DST is a directory. Yields a line per entry
 * before it is written. Stops at the first error; what came before stays. `partial` when
 * everything came but some metadata could not be set.
 */
export async function* download(
  session: BrowseSession,
  args: readonly Buffer[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const isFlag = (word: Buffer, flag: string): boolean => word.equals(Buffer.from(flag));
  const force = args.some((word) => isFlag(word, '--force'));
  const metadata = args.some((word) => isFlag(word, '--metadata'));
  const [source, destination, ...rest] = args.filter(
    (word) => !isFlag(word, '--force') && !isFlag(word, '--metadata'),
  );
  if (source === undefined || destination === undefined || rest.length > 0) {
    throw new DmError('usage', 'download takes SRC and DST; see "help"');
  }
  const components = session.resolve(source);
  const entry = await session.entry(components);
  const name = components.at(-1) ?? session.rootName();
  const writer = metadata ? await MetadataWriter.load() : null;
  const job = new Download(session, { force, writer }, signal);
  const place = openDestination(destination, entry.type === 'dir', name);
  using directory = place.directory;
  yield* job.bring({ ...entry, name: place.name }, components, directory, escapePath(name));
  if (job.incomplete > 0) {
    throw new DmError(
      'partial',
      `${job.incomplete} entries came without some of their metadata; run it as root, on a file system that holds it`,
    );
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
  /** Entries whose metadata could not all be set. */
  incomplete = 0;
  private readonly force: boolean;
  private readonly writer: MetadataWriter | null;

  constructor(
    private readonly session: BrowseSession,
    options: { force: boolean; writer: MetadataWriter | null },
    private readonly signal: AbortSignal,
  ) {
    this.force = options.force;
    this.writer = options.writer;
  }

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
        // Last, for what is made inside changes its time and may need its permission.
        yield* this.told(label, await this.metadataOf(components, inner.handle));
        return;
      }
      case 'file':
        yield line(label, destination);
        yield* this.told(label, await this.bringFile(entry, components, directory));
        return;
      case 'symlink':
        yield line(label, destination);
        directory.writeLink(entry.name, entry.symlink_target, this.force);
        if (this.writer !== null) {
          const stat = await this.session.stat(components);
          yield* this.told(label, this.writer.applyAt(directory.handle, entry.name, stat));
        }
        return;
      default:
        if (this.writer === null) yield `${padText(label, LABEL_WIDTH)} skipped [${entry.type}]`;
        else {
          yield line(label, destination);
          const stat = await this.session.stat(components);
          yield* this.told(label, this.writer.makeSpecial(directory.handle, entry.name, stat));
        }
    }
  }

  private async bringFile(
    entry: BrowseEntry,
    components: Components,
    directory: LocalDirectory,
  ): Promise<readonly MetadataFailure[]> {
    const { writer } = this;
    const stat = writer === null ? null : await this.session.stat(components);
    const failures: MetadataFailure[] = [];
    const finish =
      writer === null || stat === null
        ? null
        : (fd: number) => void failures.push(...writer.apply(fd, stat));
    const request = { ...this.session.request(components), offset: 0, length: 0 };
    const chunks = this.session.client.readFile(request, this.signal);
    const bytes = this.whole(chunks, entry.size, components);
    await directory.writeFile(entry.name, bytes, this.force, finish);
    return failures;
  }

  private async metadataOf(
    components: Components,
    fd: number,
  ): Promise<readonly MetadataFailure[]> {
    return this.writer === null ? [] : this.writer.apply(fd, await this.session.stat(components));
  }

  private *told(label: string, failures: readonly MetadataFailure[]): Generator<string> {
    if (failures.length > 0) this.incomplete++;
    for (const { message } of failures) yield `${padText(label, LABEL_WIDTH)} ${message}`;
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

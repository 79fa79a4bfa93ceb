import { fchmodSync } from 'node:fs';
import { callCode, DmError } from '../../model/error.js';
import { escapePath } from '../../util/escape.js';
import type { BrowseEntry, EntryStat } from '../control-messages.js';
import { type Brought, type Failure, failureOfEntry } from './brought.js';
import type { LocalDirectory } from './local-directory.js';
import type { MetadataWriter } from './metadata-writer.js';
import { type BrowseSession, type Components, joinPath, shown } from './session.js';

const SET_ID = 0o6000;
/** Nobody else looks into a directory before it has its mode. */
const OWN_DIRECTORY = 0o700;

export interface BringOptions {
  readonly force: boolean;
  /** Null: data and permission bits only, no special files. */
  readonly writer: MetadataWriter | null;
}

/** Brings entries of a dataset into local directories. */
export class Bring {
  /** Entries so far of which the dataset itself lacks something. */
  lacking = 0;
  private readonly force: boolean;
  private readonly writer: MetadataWriter | null;

  constructor(
    private readonly session: BrowseSession,
    options: BringOptions,
    private readonly signal: AbortSignal,
  ) {
    this.force = options.force;
    this.writer = options.writer;
  }

  /**
   * Brings one entry, named `entry.name` there, and all below it. What is wrong with an entry
   * below it is told and the others go on; what is wrong with the entry itself is thrown.
   */
  async *top(
    entry: BrowseEntry,
    components: Components,
    directory: LocalDirectory,
    label: string,
  ): AsyncGenerator<Brought> {
    this.signal.throwIfAborted();
    const path = joinPath(components);
    const told = { label, path, type: entry.type, destination: directory.child(entry.name) };
    if (entry.type === 'dir') {
      yield* this.directory(entry, components, directory, label);
    } else if (this.writer === null && entry.type !== 'file' && entry.type !== 'symlink') {
      yield { ...told, result: 'skipped', failures: [] };
    } else {
      const failures = await this.one(entry, components, directory);
      yield { ...told, result: failures.length > 0 ? 'incomplete' : 'done', failures };
    }
  }

  private async *below(
    entry: BrowseEntry,
    components: Components,
    directory: LocalDirectory,
    label: string,
  ): AsyncGenerator<Brought> {
    try {
      yield* this.top(entry, components, directory, label);
    } catch (error) {
      const destination = directory.child(entry.name);
      const failures = [failureOfEntry(error)];
      const told = { label, path: joinPath(components), type: entry.type, destination };
      yield { ...told, result: 'failed', failures };
    }
  }

  private async *directory(
    entry: BrowseEntry,
    components: Components,
    directory: LocalDirectory,
    label: string,
  ): AsyncGenerator<Brought> {
    using inner = directory.enter(entry.name, { mode: OWN_DIRECTORY, force: this.force });
    const path = joinPath(components);
    const told = { label, path, type: entry.type, destination: inner.shown };
    yield { ...told, result: 'done', failures: [] };
    try {
      for await (const child of this.session.entries(components, this.signal)) {
        const below = [...components, child.name];
        yield* this.below(child, below, inner, `${label}/${escapePath(child.name)}`);
      }
    } catch (error) {
      // What it has more cannot be told.
      yield { ...told, result: 'failed', failures: [failureOfEntry(error)] };
    }
    // Last, for what is made inside changes its time and may need its permission.
    const stat = await this.stat(components);
    // That of a directory that was there is its owner's business.
    const isOurs = inner.isNew || this.force || this.writer !== null;
    const failures = [...lacksOf(stat), ...(isOurs ? this.finish(inner.handle, entry, stat) : [])];
    if (failures.length > 0) yield { ...told, result: 'incomplete', failures };
  }

  /** Makes what is no directory; returns what of its metadata could not be set. */
  private async one(
    entry: BrowseEntry,
    components: Components,
    directory: LocalDirectory,
  ): Promise<readonly Failure[]> {
    const { writer } = this;
    const stat = await this.stat(components);
    const failures = lacksOf(stat);
    if (entry.type === 'file') {
      const bytes = this.whole(entry, components);
      await directory.writeFile(entry.name, bytes, this.force, (fd) => {
        failures.push(...this.finish(fd, entry, stat));
      });
      return failures;
    }
    if (entry.type === 'symlink') {
      directory.writeLink(entry.name, entry.symlink_target, this.force);
      if (writer === null || stat === null) return failures;
      return [...failures, ...writer.applyAt(directory.handle, entry.name, stat)];
    }
    if (writer === null || stat === null) return failures;
    directory.makeWay(entry.name, this.force);
    return [...failures, ...writer.makeSpecial(directory.handle, entry.name, stat)];
  }

  /** Null where nobody needs it: it costs a question for each entry. */
  private async stat(components: Components): Promise<EntryStat | null> {
    if (this.writer === null && this.session.connectedDataset().lacks === null) return null;
    const stat = await this.session.stat(components);
    if (stat.exception_code !== '') this.lacking++;
    return stat;
  }

  /** Gives an open file or directory, which is only ours so far, its metadata or its permission bits. */
  private finish(fd: number, { mode }: BrowseEntry, stat: EntryStat | null): readonly Failure[] {
    if (this.writer !== null && stat !== null) return this.writer.apply(fd, stat);
    // The caller is the owner: setuid would lend his rights.
    const bits = mode & ~SET_ID;
    try {
      fchmodSync(fd, bits);
      return [];
    } catch (error) {
      const why = error instanceof Error ? callCode(error) : String(error);
      const message = `cannot set the mode ${bits.toString(8)}: the target refuses it (${why})`;
      return [{ code: 'unsupported_metadata', message }];
    }
  }

  /** The bytes of a file; a file that comes short or long is an error, not a file. */
  private async *whole({ size }: BrowseEntry, components: Components): AsyncGenerator<Uint8Array> {
    const request = { ...this.session.request(components), offset: 0, length: 0 };
    let seen = 0;
    for await (const { data } of this.session.client.readFile(request, this.signal)) {
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

/** What the dataset itself lacks of an entry. */
function lacksOf(stat: EntryStat | null): Failure[] {
  if (stat === null || stat.exception_code === '') return [];
  const message = `the dataset lacks something of it: ${stat.exception_message}`;
  return [{ code: stat.exception_code, message }];
}

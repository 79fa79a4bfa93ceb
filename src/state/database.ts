import { Level } from 'level';
import { DmError } from '../model/error.js';
import { keys } from './keys.js';
import { backUpState, CURRENT_LAYOUT, type StateLayout } from './layout.js';
import { StatePlace } from './state-place.js';
import type { StateWrite, StoredValue } from './state-write.js';

export type { StateWrite, StoredValue } from './state-write.js';

/**
 * The agent's small records. What belongs together is written as one batch, synced before the
 * promise resolves: LevelDB promises no order between separate writes.
 */
export class StateDatabase implements AsyncDisposable {
  readonly #level: Level<string, StoredValue>;
  readonly #place: StatePlace;
  /** Serialises read-modify-write sequences (`update`). */
  #tail: Promise<unknown> = Promise.resolve();
  /** A write has failed: LevelDB refuses every further one when it was the sync, until it is opened again. */
  #isBroken = false;
  #reopening: Promise<void> | null = null;
  #isDisposed = false;

  private constructor(level: Level<string, StoredValue>, place: StatePlace) {
    this.#level = level;
    this.#place = place;
  }

  /**
   * Opens or creates the database in a directory that only we can read. One of an
   * older layout is copied beside its place and then brought to the present one, in
   * one step. Fails with `state_locked` when another agent has it open and with
   * `state_version` when a newer program wrote it.
   */
  static async open(
    directory: string,
    layout: StateLayout = CURRENT_LAYOUT,
  ): Promise<StateDatabase> {
    const found = await StateDatabase.#openDirectory(directory);
    const schema = await found.get(keys.schema);
    if (schema === layout.version) return found;
    if (schema === undefined) {
      await found.write([{ put: keys.schema, value: layout.version }]);
      return found;
    }
    await found[Symbol.asyncDispose]();
    if (typeof schema !== 'number' || schema > layout.version) {
      throw new DmError(
        'state_version',
        `state in ${directory} has layout ${String(schema)}, this program knows ${layout.version}; start the program version that wrote it`,
      );
    }
    backUpState(directory, schema);
    const database = await StateDatabase.#openDirectory(directory);
    try {
      for (let from = schema; from < layout.version; from++) await database.#migrate(from, layout);
    } catch (error) {
      await database[Symbol.asyncDispose]();
      throw error;
    }
    return database;
  }

  static async #openDirectory(directory: string): Promise<StateDatabase> {
    const level = await openLevel(directory);
    try {
      return new StateDatabase(level, await StatePlace.open(directory));
    } catch (error) {
      await level.close();
      throw openError(directory, error);
    }
  }

  /** One layout further; a kill leaves the database as it was before or as it is after. */
  async #migrate(from: number, layout: StateLayout): Promise<void> {
    const migration = layout.migrations.get(from);
    if (migration === undefined) {
      throw new DmError(
        'state_version',
        `state of layout ${from} can no longer be read; start a program version between that and this one first`,
      );
    }
    const changes: StateWrite[] = [];
    for await (const change of migration(this)) changes.push(change);
    await this.write([...changes, { put: keys.schema, value: from + 1 }]);
  }

  /**
   * Fails with `state_lost` when its directory is gone, or another. So does every write then, and
   * from then on every read, for as long as it is so.
   */
  check(): Promise<void> {
    return this.#place.check();
  }

  /** The value of a key, undefined when there is none. */
  async get(key: string): Promise<StoredValue> {
    await this.#readable();
    return this.#level.get(key);
  }

  /** The values of many keys, in their order. */
  async getMany(keys: readonly string[]): Promise<StoredValue[]> {
    await this.#readable();
    return this.#level.getMany([...keys]);
  }

  /** Values of all keys that begin with `prefix`, in key order. */
  async *list(prefix: string): AsyncIterable<StoredValue> {
    for await (const [, value] of this.entries(prefix)) yield value;
  }

  async *entries(prefix: string, reverse = false): AsyncIterable<readonly [string, StoredValue]> {
    await this.#readable();
    yield* this.#level.iterator({ gte: prefix, lt: `${prefix}\uffff`, reverse });
  }

  /**
   * All or nothing, on disk when the promise resolves. When it fails, nobody knows before the next start or write whether it
   * is there. That opens the database anew first; what reads a list meanwhile fails.
   */
  async write(changes: readonly StateWrite[]): Promise<void> {
    await this.#place.check();
    if (this.#isBroken) await this.#reopen();
    const batch = this.#level.batch(
      changes.map((change) =>
        'put' in change
          ? { type: 'put' as const, key: change.put, value: change.value }
          : { type: 'del' as const, key: change.delete },
      ),
      { sync: true },
    );
    await batch.catch((error: unknown) => {
      this.#isBroken = true;
      throw ioError(this.#place.path, 'written', error);
    });
    // What went into a file that was deleted meanwhile is not on disk.
    await this.#place.check();
  }

  /**
   * Runs `work` after every earlier update has ended, so that what it
   * read is still so when it writes.
   */
  async update<T>(work: () => Promise<T>): Promise<T> {
    const previous = this.#tail;
    const run = (async () => {
      await previous;
      return work();
    })();
    this.#tail = run.catch(() => undefined);
    return run;
  }

  /**
   * The next number of a counter and the write that must go into the batch
   * that uses it. Call inside `update`.
   */
  async next(kind: string): Promise<{ value: number; write: StateWrite }> {
    const last = await this.get(keys.counter(kind));
    const value = (typeof last === 'number' ? last : 0) + 1;
    return { value, write: { put: keys.counter(kind), value } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tail;
    this.#isDisposed = true;
    await this.#level.close();
    await this.#place[Symbol.asyncDispose]();
  }

  async #readable(): Promise<void> {
    if (this.#place.lost !== null) throw this.#place.lost;
    if (this.#reopening !== null) await this.#reopening;
    else if (this.#level.status !== 'open') await this.#reopen();
  }

  /** One for all who wait for it. Throws `io_error` while it cannot be done; the next call tries again. */
  #reopen(): Promise<void> {
    this.#reopening ??= this.#closeAndOpen().finally(() => {
      this.#reopening = null;
    });
    return this.#reopening;
  }

  async #closeAndOpen(): Promise<void> {
    if (this.#isDisposed) throw new DmError('shutting_down', 'the state is closed');
    try {
      await this.#level.close();
      await this.#level.open();
      this.#isBroken = false;
    } catch (error) {
      throw openError(this.#place.path, error);
    }
  }
}

async function openLevel(directory: string): Promise<Level<string, StoredValue>> {
  const level = new Level<string, StoredValue>(directory, { valueEncoding: 'json' });
  try {
    await level.open();
  } catch (error) {
    throw openError(directory, error);
  }
  return level;
}

function openError(directory: string, error: unknown): DmError {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED') {
    return new DmError(
      'state_locked',
      `state in ${directory} is in use by another agent; stop that one or give another --state-dir`,
      { cause: error },
    );
  }
  return ioError(directory, 'opened', error);
}

function ioError(directory: string, what: 'opened' | 'written', error: unknown): DmError {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return new DmError(
    'io_error',
    `state in ${directory} cannot be ${what}: ${cause instanceof Error ? cause.message : String(cause)}; check the disk, or restore the directory from its backup`,
    { cause: error },
  );
}

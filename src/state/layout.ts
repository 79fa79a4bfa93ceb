import { cpSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '../util/durable-file.js';
import { SCHEMA_VERSION } from './keys.js';
import type { StateWrite, StoredValue } from './state-write.js';

/**
 * The changes that make a database of one layout one of the next; it is read while they are made.
 */
export type Migration = (database: {
  /** Keys that begin with `prefix` and their values, in key order. */
  entries(prefix: string): AsyncIterable<readonly [string, StoredValue]>;
}) => AsyncIterable<StateWrite>;

/** The layout of the state that a program works with, and how it gets there from older ones. */
export interface StateLayout {
  readonly version: number;
  /** By the layout they start from, one for each version below. */
  readonly migrations: ReadonlyMap<number, Migration>;
}

export const CURRENT_LAYOUT: StateLayout = { version: SCHEMA_VERSION, migrations: new Map() };

/**
 * Keeps a copy of a closed database beside it, as `DIRECTORY.layout-N`, for going back to the older
 * program. A copy of the same layout from an earlier upgrade is replaced.
 */
export function backUpState(directory: string, layout: number): void {
  const copy = `${directory}.layout-${layout}`;
  const making = `${copy}.new`;
  rmSync(making, { recursive: true, force: true });
  cpSync(directory, making, { recursive: true, preserveTimestamps: true });
  syncDirectory(making);
  rmSync(copy, { recursive: true, force: true });
  renameSync(making, copy);
  syncDirectory(dirname(directory));
}

import type { BrowseClient } from './browse/session.js';
import type { ObjectAccountOptions } from './control-messages.js';

/** A bucket or a directory, told on the command line instead of being an account of an agent. */
export interface OfflineStore {
  readonly type: string;
  readonly uri: string;
  readonly options: ObjectAccountOptions | null;
}

/** Opens backups without an agent, its state or its certificates. */
export interface OfflineBackups {
  /**
   * Browses the backups in a store, which is the one account there is.
   * Errors: those of opening the store.
   */
  open(store: OfflineStore, signal: AbortSignal): Promise<BrowseClient & AsyncDisposable>;
}

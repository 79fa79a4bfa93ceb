/**
 * Makes the state of an agent that is not running. Both refuse a state
 * directory that holds a state already.
 */
export interface OfflineState {
  /** Fills a state directory from what `state export` wrote. All or nothing. */
  import(request: {
    readonly input: AsyncIterable<Uint8Array>;
    readonly passphrase: string;
    readonly stateDir: string;
  }): Promise<void>;
  /** Makes a state for roots whose state is lost. */
  rebuild(request: {
    readonly stateDir: string;
    readonly roots: readonly string[];
  }): Promise<RebuiltState>;
}

export interface RebuiltState {
  readonly system_guid: string;
  /** False when no tree of the roots told the guid, so that a new one was made. */
  readonly guid_found: boolean;
  readonly trees: number;
  readonly datasets: number;
}

/** Options of one run, given with `policies run`. */
export interface RunOptions {
  readonly adopt: boolean;
  readonly acceptSource: boolean;
}

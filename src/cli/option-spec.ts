/**
 * How an option is written. `boolean` takes the next word only if that is `true` or `false`,
 * `switch` never takes one, `list` may be given again and is never split, `later` is an option of
 * the interface that this version does not have: giving it is a usage error.
 */
export type OptionKind = 'text' | 'boolean' | 'switch' | 'integer' | 'list' | 'later';

export interface OptionSpec {
  /** Without the dashes. */
  readonly flag: string;
  /** One letter, without the dash. */
  readonly short?: string;
  readonly kind: OptionKind;
  readonly help: string;
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** Bounds of an integer; the lower one is 0 unless given. */
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Options that the interface names and this version lacks. */
export function later(...flags: string[]): OptionSpec[] {
  return flags.map((flag) => ({ flag, kind: 'later', help: 'not available in this version' }));
}

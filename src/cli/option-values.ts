import { DmError } from '../model/error.js';

export type OptionValue = string | number | boolean | readonly string[];

/** The options given on the command line, by flag; undefined is "not given". */
export class OptionValues {
  constructor(private readonly values: ReadonlyMap<string, OptionValue>) {}

  has(flag: string): boolean {
    return this.values.has(flag);
  }

  get(flag: string): OptionValue | undefined {
    return this.values.get(flag);
  }

  text(flag: string): string | undefined {
    const value = this.values.get(flag);
    return typeof value === 'string' ? value : undefined;
  }

  /** The text of an option that the parser has made sure of. */
  required(flag: string): string {
    const value = this.text(flag);
    if (value === undefined) throw new DmError('usage', `--${flag} is missing; give it`);
    return value;
  }

  /** Every value of an option that may be repeated. */
  list(flag: string): readonly string[] {
    const value = this.values.get(flag);
    return Array.isArray(value) ? value : [];
  }

  integer(flag: string): number | undefined {
    const value = this.values.get(flag);
    return typeof value === 'number' ? value : undefined;
  }

  boolean(flag: string): boolean | undefined {
    const value = this.values.get(flag);
    return typeof value === 'boolean' ? value : undefined;
  }

  /** The flags given, in the order of the command's definition. */
  flags(): string[] {
    return [...this.values.keys()];
  }
}

import type { CommandContext } from './command-context.js';
import type { OptionSpec } from './option-spec.js';

export interface ArgumentSpec {
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
  /** The last one may be given any number of times. */
  readonly many?: boolean;
}

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Does the work; resolves when the command has succeeded, else throws a DmError. */
  run(context: CommandContext): Promise<void>;
}

export interface GroupSpec {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly commands: readonly (CommandSpec | GroupSpec)[];
}

/** A top-level command whose definition is loaded only when it is needed. */
export interface LazySpec {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandSpec | GroupSpec>;
}

export function isGroup(spec: CommandSpec | GroupSpec): spec is GroupSpec {
  return 'commands' in spec;
}

/** An argument that must be given. */
export function argument(name: string, help: string): ArgumentSpec {
  return { name, help, required: true };
}

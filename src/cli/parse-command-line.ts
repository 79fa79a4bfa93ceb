import { Command, CommanderError, Option } from 'commander';
import { DmError } from '../model/error.js';
import { joinBooleanWords } from './boolean-words.js';
import type { CommandSpec, GroupSpec, LazySpec } from './command-spec.js';
import { isGroup } from './command-spec.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import type { OptionSpec } from './option-spec.js';
import { type OptionValue, OptionValues } from './option-values.js';

export type ParsedLine =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'command';
      readonly command: CommandSpec;
      readonly args: readonly string[];
      readonly options: OptionValues;
    };

export interface ParseSettings {
  readonly version: string;
  readonly columns: number;
}

const ROOT_EXAMPLE = 'dm policies run nightly --wait';

/**
 * Reads one command line. Help and version come back as text to print; everything that is wrong
 * with the line is a `usage` error. Only the definition of the command in question is loaded.
 */
export async function parseCommandLine(
  argv: readonly string[],
  tree: readonly LazySpec[],
  settings: ParseSettings,
): Promise<ParsedLine> {
  const wanted = firstWord(argv);
  const loaded = await tree.find((lazy) => lazy.name === wanted)?.load();
  let text = '';
  const builder = new ProgramBuilder(settings.columns, (part) => {
    text += part;
  });
  const program = builder.program(settings.version, tree, loaded);
  try {
    program.parse(joinBooleanWords(argv, [...GLOBAL_OPTIONS, ...optionsOf(loaded)]), {
      from: 'user',
    });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return { kind: 'text', text };
    throw error;
  }
  const selected = builder.selected;
  if (selected === null) throw new DmError('usage', 'a command is missing; see "dm --help"');
  return { kind: 'command', ...selected };
}

/** Every option of a command or group, with those of the commands inside. */
function optionsOf(spec: CommandSpec | GroupSpec | undefined): readonly OptionSpec[] {
  if (spec === undefined) return [];
  return isGroup(spec) ? spec.commands.flatMap(optionsOf) : (spec.options ?? []);
}

function firstWord(argv: readonly string[]): string | undefined {
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--socket' || word === '--format') at++;
    else if (!word.startsWith('-')) return word;
  }
  return undefined;
}

class ProgramBuilder {
  selected: { command: CommandSpec; args: readonly string[]; options: OptionValues } | null = null;

  constructor(
    private readonly columns: number,
    private readonly writeHelp: (text: string) => void,
  ) {}

  program(
    version: string,
    tree: readonly LazySpec[],
    loaded: CommandSpec | GroupSpec | undefined,
  ): Command {
    const program = new Command('dm')
      .description('Copies directory trees between places and keeps their history.')
      .version(version, '--version', 'print the version')
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({
        writeOut: this.writeHelp,
        writeErr: () => undefined,
        getOutHelpWidth: () => this.columns,
        getOutHasColors: () => false,
      });
    this.common(program, 'dm', ROOT_EXAMPLE);
    for (const option of GLOBAL_OPTIONS) program.addOption(toOption(option));
    for (const lazy of tree) {
      if (loaded?.name === lazy.name) this.add(program, 'dm', loaded);
      else program.command(lazy.name).description(lazy.summary);
    }
    program.command('agent').description('run the agent of this host');
    return program;
  }

  private common(command: Command, path: string, example: string): void {
    command
      .helpCommand(false)
      .helpOption('--help', 'show this help')
      .addHelpText('after', `\nExample:\n  ${example}`)
      .exitOverride((error) => {
        if (error.exitCode === 0) throw error;
        throw usageError(error, path);
      });
  }

  private add(parent: Command, parentPath: string, spec: CommandSpec | GroupSpec): void {
    const path = `${parentPath} ${spec.name}`;
    const command = parent.command(spec.name).description(spec.summary);
    this.common(command, path, spec.example);
    if (isGroup(spec)) {
      for (const inner of spec.commands) this.add(command, path, inner);
      return;
    }
    for (const argument of spec.arguments ?? []) {
      const form = `${argument.name}${argument.many === true ? '...' : ''}`;
      command.argument(argument.required ? `<${form}>` : `[${form}]`, argument.help);
    }
    const options = (spec.options ?? []).map((option) => ({ option, parsed: toOption(option) }));
    for (const { parsed } of options) command.addOption(parsed);
    command.action(() => {
      const program = parent.parent === null ? parent : rootOf(parent);
      const values = new Map<string, OptionValue>();
      for (const { option, parsed } of options) collect(values, option, command, parsed);
      for (const option of GLOBAL_OPTIONS) collect(values, option, program, toOption(option));
      this.selected = { command: spec, args: command.args, options: new OptionValues(values) };
    });
  }
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

function collect(
  values: Map<string, OptionValue>,
  option: OptionSpec,
  command: Command,
  parsed: Option,
): void {
  const name = parsed.attributeName();
  const source = command.getOptionValueSource(name);
  if (source !== 'cli') return;
  if (option.kind === 'later') {
    throw new DmError('usage', `--${option.flag} is not available in this version; leave it out`);
  }
  const value: OptionValue = command.getOptionValue(name);
  values.set(option.flag, parsed.negate ? true : value);
}

function toOption(spec: OptionSpec): Option {
  const short = spec.short === undefined ? '' : `-${spec.short}, `;
  const option = new Option(`${short}--${spec.flag}${valueForm(spec)}`, spec.help);
  if (spec.choices !== undefined) option.choices(spec.choices);
  if (spec.kind === 'boolean') option.argParser((text) => parseBoolean(spec.flag, text));
  if (spec.kind === 'integer') option.argParser((text) => parseInteger(spec, text));
  if (spec.kind === 'list') {
    option.argParser((text, before?: readonly string[]) => [
      ...(before ?? []),
      parseChoice(spec, text),
    ]);
  }
  if (spec.kind === 'later') option.hideHelp();
  if (spec.required) option.makeOptionMandatory();
  return option;
}

function valueForm(spec: OptionSpec): string {
  if (spec.kind === 'switch') return '';
  if (spec.kind === 'later') return ' [value]';
  if (spec.kind === 'boolean') return ' <true|false>';
  const fallback = spec.kind === 'integer' ? 'N' : spec.choices ? 'WORD' : 'TEXT';
  return ` <${spec.value ?? fallback}>`;
}

function parseBoolean(flag: string, text: string): boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new DmError('usage', `--${flag}=${text.slice(0, 80)} is not a choice; give true or false`);
}

/** The library checks the choices of options that are given once. */
function parseChoice({ flag, choices }: OptionSpec, text: string): string {
  if (choices === undefined || choices.includes(text)) return text;
  throw new DmError(
    'usage',
    `--${flag}=${text.slice(0, 80)} is not a choice; give one of ${choices.join(', ')}`,
  );
}

function parseInteger(spec: OptionSpec, text: string): number {
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  const minimum = spec.minimum ?? 0;
  const maximum = spec.maximum ?? Number.MAX_SAFE_INTEGER;
  if (!(value >= minimum && value <= maximum)) {
    const range =
      spec.maximum === undefined ? `from ${minimum} on` : `from ${minimum} to ${maximum}`;
    throw new DmError(
      'usage',
      `--${spec.flag}=${text.slice(0, 80)} is not possible; give a whole number ${range}`,
    );
  }
  return value;
}

function usageError(error: CommanderError, path: string): DmError {
  const help = `see "${path} --help"`;
  if (error.code === 'commander.help') {
    return new DmError('usage', `a command is missing after "${path}"; ${help}`);
  }
  const text = error.message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  return new DmError('usage', `${text}; ${help}`, { cause: error });
}

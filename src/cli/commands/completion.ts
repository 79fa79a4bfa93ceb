import { DmError } from '../../model/error.js';
import type { CommandSpec, GroupSpec, LazySpec } from '../command-spec.js';
import { isGroup } from '../command-spec.js';
import { GLOBAL_OPTIONS } from '../global-options.js';

/** The command that prints a completion script for the commands of `tree`. */
export function completionOf(tree: readonly LazySpec[]): CommandSpec {
  return {
    name: 'completion',
    summary: 'print the completion script of a shell (bash)',
    example: 'dm completion bash > /etc/bash_completion.d/dm',
    arguments: [{ name: 'SHELL', help: 'bash', required: false }],
    run: async ({ args, output }) => {
      const shell = args[0] ?? 'bash';
      if (shell !== 'bash') {
        throw new DmError('usage', `shell "${shell.slice(0, 80)}" is not known; give bash`);
      }
      await output.line(bashScript(await Promise.all(tree.map((lazy) => lazy.load()))));
    },
  };
}

/** A bash script that completes commands and options; file names where it knows nothing better. */
function bashScript(specs: readonly (CommandSpec | GroupSpec)[]): string {
  const root = ['agent', ...specs.map((spec) => spec.name)];
  const cases = [
    `    '') words='${root.join(' ')}' ;;`,
    ...specs.flatMap((spec) => arms(spec, '')),
  ];
  const globals = GLOBAL_OPTIONS.map((option) => `--${option.flag}`);
  return `_dm() {
  local word=\${COMP_WORDS[COMP_CWORD]} path='' words='' at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      --socket|--format) at=$((at + 1)) ;;
      -*) break ;;
      *) path="\${path:+$path }\${COMP_WORDS[at]}" ;;
    esac
  done
  while :; do
    case $path in
${cases.map((arm) => `  ${arm}`).join('\n')}
      *' '*) path=\${path% *}; continue ;;
    esac
    break
  done
  COMPREPLY=($(compgen -W "$words ${globals.join(' ')} --help" -- "$word"))
}
complete -o default -F _dm dm`;
}

function arms(spec: CommandSpec | GroupSpec, before: string): string[] {
  const path = `${before}${spec.name}`;
  if (isGroup(spec)) {
    const inner = spec.commands.map((command) => command.name).join(' ');
    return [
      `    '${path}') words='${inner}' ;;`,
      ...spec.commands.flatMap((command) => arms(command, `${path} `)),
    ];
  }
  const options = (spec.options ?? []).filter((option) => option.kind !== 'later');
  const words = options.map((option) => `--${option.flag}`).join(' ');
  return [`    '${path}') words='${words}' ;;`];
}

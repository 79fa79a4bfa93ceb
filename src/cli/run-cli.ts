import { asDmError } from '../model/error.js';
import { programVersion } from '../util/program-version.js';
import type { CliIo } from './cli-io.js';
import { CommandContext } from './command-context.js';
import { COMMAND_TREE } from './command-tree.js';
import { errorLine } from './format/error-line.js';
import { BrokenPipe, writeText } from './format/write-text.js';
import { parseCommandLine } from './parse-command-line.js';

/**
 * Runs one command line (without "node" and the program's name) and resolves with its exit code.
 * Never rejects: what fails is one line on stderr.
 */
export async function runCli(argv: string[], io: CliIo): Promise<number> {
  try {
    const line = await parseCommandLine(argv, COMMAND_TREE, {
      version: programVersion(),
      columns: io.columns,
    });
    if (line.kind === 'text') {
      await writeText(io.stdout, line.text);
      return 0;
    }
    using context = new CommandContext(io, line.args, line.options);
    await line.command.run(context);
    return 0;
  } catch (error) {
    // The reader of a pipe has seen enough: not a failure of ours, and nobody is left to tell.
    if (error instanceof BrokenPipe) return 0;
    const failure = asDmError(error, 'dm');
    io.stderr.write(
      errorLine(
        failure,
        argv.some((word) => /^--verbose(=true)?$/.test(word)),
      ),
    );
    return failure.exitCode;
  }
}

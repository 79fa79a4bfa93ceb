import { CommanderError } from 'commander';
import { DmError } from '../src/model/error.js';
import { escapeControl } from '../src/security/distinguished-name.js';
import { buildProgram } from './program.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** The one line for stderr (null when commander has printed help) and the exit code. */
function outcome(error: unknown): { line: string | null; exit: number } {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { line: null, exit: 0 };
    if (error.code === 'commander.help') return { line: null, exit: EXIT_USAGE };
    const text = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
    return { line: `usage: ${text}; see --help`, exit: EXIT_USAGE };
  }
  if (error instanceof DmError) {
    const usage = error.code === 'usage' || error.code === 'invalid_argument';
    return { line: `${error.code}: ${error.message}`, exit: usage ? EXIT_USAGE : EXIT_FAILED };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { line: `internal: ${text}`, exit: EXIT_FAILED };
}

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  const { line, exit } = outcome(error);
  if (line !== null) process.stderr.write(`certs-tool: ${escapeControl(line)}\n`);
  process.exitCode = exit;
}

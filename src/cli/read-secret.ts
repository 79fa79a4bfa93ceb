import { DmError } from '../model/error.js';
import type { CliIo } from './cli-io.js';
import type { OptionValues } from './option-values.js';
import { readNamedFile } from './read-file.js';

const MAX_SECRET_BYTES = 64 * 1024;

/**
 * A secret in the form the user chose: `--FLAG-file=FILE`, `-` for stdin in place of either value,
 * the variable, or the value itself, which is warned about because others may have seen it.
 * Undefined when none is given. A line end behind it is not part of it.
 */
export async function readSecret(
  source: { readonly flag: string; readonly variable: string },
  options: OptionValues,
  io: CliIo,
): Promise<string | undefined> {
  const { flag, variable } = source;
  const value = options.text(flag);
  const file = options.text(`${flag}-file`);
  if (value !== undefined && file !== undefined) {
    throw new DmError('usage', `--${flag} and --${flag}-file are both given; give one`);
  }
  if (value === '-' || file === '-') return withoutLineEnd(await readAll(io.stdin));
  if (file !== undefined) return withoutLineEnd(readNamedFile(file, flag.replaceAll('-', ' ')));
  if (value === undefined) return io.env[variable];
  io.stderr.write(
    `dm: warning: --${flag} can be seen by others in the list of processes and stays in the history of the shell; ` +
      `give it with --${flag}-file=FILE, on stdin with --${flag}=-, or in ${variable}\n`,
  );
  return value;
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_SECRET_BYTES) throw new DmError('usage', 'stdin is too long to be a secret');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

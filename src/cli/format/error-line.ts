import type { DmError } from '../../model/error.js';
import { escapeControl } from './text.js';

/** `dm: <code>: <message>` on one line; with `verbose` the data and the causes on further lines. */
export function errorLine(error: DmError, verbose: boolean): string {
  let text = `dm: ${error.code}: ${oneLine(error.message)}\n`;
  if (!verbose) return text;
  for (const [name, value] of Object.entries(error.data)) {
    text += `  ${name}: ${oneLine(String(value))}\n`;
  }
  let cause = error.cause;
  while (cause instanceof Error) {
    text += `  because: ${oneLine(cause.message)}\n`;
    cause = cause.cause;
  }
  return text;
}

/** A message as one line that is fit for a terminal. */
export function oneLine(text: string): string {
  return escapeControl(text.replace(/\s*[\r\n]+\s*/g, ' '));
}

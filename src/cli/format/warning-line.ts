import type { ListingWarning } from '../../model/dataset.js';
import { escapeControl } from './text.js';

/** `dm: warning: <code>: <message>` on one line. */
export function warningLine({ code, message }: ListingWarning): string {
  return `dm: warning: ${code}: ${escapeControl(message)}\n`;
}

/** Writes each warning of a list as one line to stderr. */
export function toStderr(io: {
  readonly stderr: NodeJS.WritableStream;
}): (warning: ListingWarning) => void {
  return (warning) => void io.stderr.write(warningLine(warning));
}

import type { ListingWarning } from '../../model/dataset.js';
import { escapeControl } from './text.js';

/** `warning: <code>: <message>`, without what would break the line. */
export function warningText({ code, message }: ListingWarning): string {
  return `warning: ${code}: ${escapeControl(message)}`;
}

/** Writes each warning of a list as one line to stderr. */
export function toStderr(io: {
  readonly stderr: NodeJS.WritableStream;
}): (warning: ListingWarning) => void {
  return (warning) => void io.stderr.write(`dm: ${warningText(warning)}\n`);
}

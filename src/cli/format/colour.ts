const CODES: Readonly<Record<string, string>> = {
  failed: '31',
  failing: '31',
  expired: '31',
  invalid: '31',
  ERROR: '31',
  expiring: '33',
  cancelled: '33',
  cancelling: '33',
  paused: '33',
  released: '33',
  COMPLETE_PARTIAL: '33',
  running: '36',
  receiving: '36',
  applying: '36',
  finished: '32',
  valid: '32',
  COMPLETE: '32',
};

/** A padded cell in the colour of the state that it names. */
export function colourState(cell: string): string {
  const code = CODES[cell.trimEnd()];
  return code === undefined ? cell : `\x1b[${code}m${cell}\x1b[0m`;
}

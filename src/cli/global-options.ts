import { join } from 'node:path';
import type { OptionSpec } from './option-spec.js';
import type { OptionValues } from './option-values.js';

export const FORMATS = ['table', 'json', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** Options of every command, before or after it. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flag: 'socket', kind: 'text', value: 'PATH', help: "the agent's socket (or DM_SOCKET)" },
  { flag: 'format', kind: 'text', choices: FORMATS, help: 'how results are printed' },
  { flag: 'no-header', kind: 'switch', help: 'no heading above tables and CSV' },
  { flag: 'verbose', kind: 'boolean', help: 'say more about failures' },
];

const DEFAULT_STATE_DIR = '/var/lib/datamover';

/** --socket, else DM_SOCKET, else agent.sock in DM_STATE_DIR or in the usual state directory. */
export function socketPath(
  options: OptionValues,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return (
    options.text('socket') ||
    env.DM_SOCKET ||
    join(env.DM_STATE_DIR || DEFAULT_STATE_DIR, 'agent.sock')
  );
}

export function outputFormat(options: OptionValues): Format {
  const given = options.text('format');
  return FORMATS.find((format) => format === given) ?? 'table';
}

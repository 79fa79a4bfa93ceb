import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Lines kept. */
export const HISTORY_SIZE = 1000;

/** Where the shell keeps its history; null when the environment names no place. */
export function historyPath(env: Readonly<Record<string, string | undefined>>): string | null {
  const state = env.XDG_STATE_HOME || (env.HOME ? join(env.HOME, '.local/state') : '');
  return state === '' ? null : join(state, 'dm/browse_history');
}

/** The lines of earlier sessions, newest first; none when there is no file yet. */
export function loadHistory(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter((line) => line !== '').slice(0, HISTORY_SIZE);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Replaces the file as a whole; only its owner can read it. */
export function saveHistory(path: string, lines: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const work = `${path}.${process.pid}`;
  writeFileSync(work, `${lines.slice(0, HISTORY_SIZE).join('\n')}\n`, { mode: 0o600 });
  renameSync(work, path);
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { close, openRoot } from '../../../../../src/endpoint/local/sys/open.js';

/** An empty directory for each test of a `describe` block, open and by path. */
export interface TempDirectory {
  readonly path: string;
  readonly fd: number;
}

/**
 * Makes one below `parent()` (default: the system's) before each test and removes it afterwards.
 */
export function withTempDirectory(parent: () => string = tmpdir): () => TempDirectory {
  let current: TempDirectory | null = null;
  beforeEach(() => {
    const path = mkdtempSync(join(parent(), 'dm-sys-'));
    current = { path, fd: openRoot(Buffer.from(path), { followSymlinks: true }) };
  });
  afterEach(() => {
    if (current === null) return;
    close(current.fd);
    // Node's own removal fails on trees deeper than one path can name.
    execFileSync('rm', ['-rf', '--', current.path]);
    current = null;
  });
  return () => {
    if (current === null) throw new Error('the directory is there only during a test');
    return current;
  };
}

export const bytes = (text: string): Buffer => Buffer.from(text);

/** The code of the failed system call, or 'nothing thrown', or what else was thrown. */
export function errnoOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
  return 'nothing thrown';
}

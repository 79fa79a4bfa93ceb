import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessMeter, type ProcessUse } from './process-meter.js';

const SAMPLE_MS = 20;

/** A program that keeps backups of a tree in a directory. */
export interface ObjectProgram {
  readonly name: string;
  backUp(source: string): Promise<ProcessUse>;
  /** Restores the newest backup of `source`. */
  restore(source: string, into: string): Promise<ProcessUse>;
  /** Where the tree lies then. */
  restoredAt(source: string, into: string): string;
}

/** restic with its defaults: encrypted, zstd. Its cache lies beside its repository. */
export async function makeRestic(store: string): Promise<ObjectProgram> {
  mkdirSync(store, { recursive: true });
  const env = { RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: `${store}-cache` };
  const words = ['--quiet', '-r', store];
  await metered('restic', [...words, 'init'], env);
  return {
    name: 'restic',
    backUp: (source) => metered('restic', [...words, 'backup', source], env),
    restore: (_source, into) =>
      metered('restic', [...words, 'restore', 'latest', '--target', into], env),
    restoredAt: (source, into) => join(into, source),
  };
}

/** borg without encryption, otherwise with its defaults: lz4. */
export async function makeBorg(store: string): Promise<ObjectProgram> {
  mkdirSync(store, { recursive: true });
  const env = {
    BORG_BASE_DIR: `${store}-base`,
    BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
  };
  await metered('borg', ['init', '-e', 'none', store], env);
  let backups = 0;
  return {
    name: 'borg',
    backUp: (source) => metered('borg', ['create', `${store}::${++backups}`, source], env),
    restore: (_source, into) => metered('borg', ['extract', `${store}::${backups}`], env, into),
    restoredAt: (source, into) => join(into, source),
  };
}

/** Runs a program to its end. What it used is looked at until shortly before that. */
async function metered(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<ProcessUse> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${code ?? signal}`));
    });
  });
  let use: ProcessUse = { cpuSeconds: 0, peakRssMiB: 0, readMiB: 0 };
  const { pid } = child;
  if (pid === undefined) return await ended.then(() => use);
  const meter = new ProcessMeter(pid);
  const timer = setInterval(() => {
    // What has ended, and not been waited for, has no memory any more.
    const now = child.exitCode === null ? meter.read() : use;
    use = { ...now, peakRssMiB: Math.max(use.peakRssMiB, now.peakRssMiB) };
  }, SAMPLE_MS);
  try {
    await ended;
    return use;
  } finally {
    clearInterval(timer);
  }
}

import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import type { DirectoryStores, S3Stores } from './backup-stores.js';
import { ProcessMeter, type ProcessUse } from './process-meter.js';

const SAMPLE_MS = 20;
const PUT_BYTES = 16 * 1024 * 1024;
const PARALLEL_PUTS = 4;

/** A program that keeps backups of a tree. */
export interface ObjectProgram {
  readonly name: string;
  /** What it used; null for what runs in the benchmark itself. */
  backUp(source: string): Promise<ProcessUse | null>;
  /** Restores the newest backup of `source`, and says where the tree lies then; null for what only has a first backup. */
  readonly restore: ((source: string, into: string) => Promise<Restored>) | null;
}

export interface Restored {
  readonly use: ProcessUse;
  readonly at: string;
}

/** restic with its defaults: encrypted, zstd. Its cache lies below `work`. */
export async function makeRestic(
  repository: string,
  work: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ObjectProgram> {
  const all = { ...env, RESTIC_PASSWORD: 'bench', RESTIC_CACHE_DIR: join(work, 'restic-cache') };
  const words = ['--quiet', '-r', repository];
  await metered('restic', [...words, 'init'], all);
  return {
    name: 'restic',
    backUp: (source) => metered('restic', [...words, 'backup', source], all),
    restore: async (source, into) => ({
      use: await metered('restic', [...words, 'restore', 'latest', '--target', into], all),
      at: join(into, source),
    }),
  };
}

export function makeResticOnS3(stores: S3Stores, work: string): Promise<ObjectProgram> {
  return makeRestic(`s3:${stores.endpoint}/${stores.bucket}/restic`, work, {
    AWS_ACCESS_KEY_ID: stores.accessId,
    AWS_SECRET_ACCESS_KEY: stores.secretKey,
  });
}

/** borg without encryption, otherwise with its defaults: lz4. */
export async function makeBorg(stores: DirectoryStores, work: string): Promise<ObjectProgram> {
  const store = stores.of('borg');
  const env = {
    BORG_BASE_DIR: join(work, 'borg-base'),
    BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
  };
  await metered('borg', ['init', '-e', 'none', store], env);
  let backups = 0;
  return {
    name: 'borg',
    backUp: (source) => metered('borg', ['create', `${store}::${++backups}`, source], env),
    restore: async (source, into) => ({
      use: await metered('borg', ['extract', `${store}::${backups}`], env, into),
      at: join(into, source),
    }),
  };
}

/** rclone with its defaults: files as they are, each an object. */
export function makeRclone(stores: S3Stores): ObjectProgram {
  const remote = `:s3:${stores.bucket}/rclone`;
  const words = ['--quiet', '--config', '/dev/null', '--s3-no-check-bucket'];
  const s3 = ['--s3-provider=Other', '--s3-list-version=2', `--s3-endpoint=${stores.endpoint}`];
  const env = {
    RCLONE_S3_ACCESS_KEY_ID: stores.accessId,
    RCLONE_S3_SECRET_ACCESS_KEY: stores.secretKey,
    // rclone 1.60 fails where there is one.
    AWS_CA_BUNDLE: '',
  };
  const copy = (from: string, to: string) =>
    metered('rclone', ['sync', ...words, ...s3, from, to], env);
  return {
    name: 'rclone',
    backUp: (source) => copy(source, remote),
    restore: async (_source, into) => ({ use: await copy(remote, into), at: into }),
  };
}

/** Nothing but the bytes of the one file of a tree in objects of 16 MiB: what the server can take. */
export function makePlainPuts(stores: S3Stores): ObjectProgram {
  return {
    name: 'plain PUTs',
    restore: null,
    backUp: async (source) => {
      await putFile(stores, join(source, 'file'));
      return null;
    },
  };
}

async function putFile(stores: S3Stores, path: string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const fd = openSync(path, 'r');
  const { size } = statSync(path);
  let next = 0;
  const lane = async (): Promise<void> => {
    const buffer = Buffer.alloc(PUT_BYTES);
    while (next < size) {
      const at = next;
      next += PUT_BYTES;
      const length = readSync(fd, buffer, 0, PUT_BYTES, at);
      await putObject(stores, agent, `plain PUTs/${at}`, buffer.subarray(0, length));
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL_PUTS }, lane));
  } finally {
    agent.destroy();
    closeSync(fd);
  }
}

function putObject(stores: S3Stores, agent: Agent, key: string, body: Buffer): Promise<void> {
  const url = `${stores.endpoint}/${stores.bucket}/${encodeURIComponent(key)}`;
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=${stores.accessId}/`,
    'content-length': body.length,
  };
  return new Promise((resolve, reject) => {
    const put = request(url, { method: 'PUT', agent, headers }, (answer) => {
      answer.resume();
      if (answer.statusCode === 200) answer.once('end', () => resolve());
      else reject(new Error(`a plain PUT was answered with ${answer.statusCode}`));
    });
    put.once('error', reject);
    put.end(body);
  });
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

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** Another program that copies a tree, and the arguments that make it do so. */
export interface Peer {
  readonly name: string;
  copy(source: string, target: string): Promise<void>;
}

const RSYNC = ['-aHAXS', '--delete', '--no-whole-file'];

export function rsyncOverSsh(command: string): Peer {
  return {
    name: 'rsync over ssh',
    copy: (source, target) =>
      run('rsync', [...RSYNC, '-e', command, `${source}/`, `root@127.0.0.1:${target}/`], target),
  };
}

export const rsyncLocal: Peer = {
  name: 'rsync local',
  copy: (source, target) => run('rsync', [...RSYNC, `${source}/`, `${target}/`], target),
};

export const cpArchive: Peer = {
  name: 'cp -a',
  copy: (source, target) => run('cp', ['-a', `${source}/.`, `${target}/`], target),
};

/** Runs a program to its end and makes what it wrote durable, as a commit of `dm` does. */
async function run(program: string, args: readonly string[], target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  await finished(program, args);
  await finished('sync', ['-f', target]);
}

export function finished(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${code ?? signal}`));
    });
  });
}

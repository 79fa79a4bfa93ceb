import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BenchPlaces, btrfs } from './places.js';
import type { SshDaemon } from './ssh-daemon.js';

/** Another program that copies a tree, and what makes it do so. */
export interface Peer {
  readonly name: string;
  /** Copies again what has changed since the last copy, and no more. */
  readonly isIncremental: boolean;
  /** Until all of the copy is durable, as after a commit of `dm`. */
  copy(source: string, target: string): Promise<void>;
  /** The copy at `target` goes. */
  remove(target: string): void;
}

const RSYNC = ['-aHAXS', '--delete', '--no-whole-file'];

export const SEND_RECEIVE = 'btrfs send | receive';

/** Those that have one of the names. */
export function choosePeers(
  names: readonly string[],
  { places, ssh }: { readonly places: BenchPlaces; readonly ssh: SshDaemon | null },
): readonly Peer[] {
  const remove = (target: string): void => places.removeCopy(target);
  const rsync = (name: string, words: readonly string[], host: string): Peer => ({
    ...{ name, isIncremental: true, remove },
    copy: (source, target) =>
      run('rsync', [...RSYNC, ...words, `${source}/`, `${host}${target}/`], target),
  });
  const cp: Peer = {
    ...{ name: 'cp -a', isIncremental: false, remove },
    copy: (source, target) => run('cp', ['-a', `${source}/.`, `${target}/`], target),
  };
  const overSsh =
    ssh === null ? [] : [rsync('rsync over ssh', ['-e', ssh.command], 'root@127.0.0.1:')];
  const all = [...overSsh, rsync('rsync local', [], ''), cp, new SendReceive(places)];
  const known = [...all.map(({ name }) => name), 'rsync over ssh'];
  const unknown = names.filter((name) => !known.includes(name) && name !== 'none');
  if (unknown.length > 0) throw new Error(`there is no program "${unknown[0]}" to compare with`);
  return all.filter(({ name }) => names.includes(name));
}

/** Sends the subvolume that a tree lies in, after the first time what differs from the former snapshot. */
class SendReceive implements Peer {
  readonly name = SEND_RECEIVE;
  readonly isIncremental = true;
  readonly #places: BenchPlaces;
  readonly #snapshots: string[] = [];
  #made = 0;

  constructor(places: BenchPlaces) {
    this.#places = places;
  }

  async copy(source: string): Promise<void> {
    const volume = dirname(source);
    const snapshot = join(dirname(volume), `sent-${++this.#made}`);
    const into = this.#places.received;
    const parent = this.#snapshots.at(-1);
    btrfs('subvolume', 'snapshot', '-r', volume, snapshot);
    this.#snapshots.push(snapshot);
    const send = ['btrfs', '-q', 'send', ...(parent === undefined ? [] : ['-p', parent]), snapshot];
    const pipe = 'set -o pipefail; into=$1; shift; "$@" | btrfs -q receive "$into"';
    await finished('bash', ['-c', pipe, 'bash', into, ...send]);
    await finished('sync', ['-f', into]);
  }

  remove(): void {
    for (const snapshot of this.#snapshots.splice(0)) {
      const received = join(this.#places.received, basename(snapshot));
      for (const one of [snapshot, received]) btrfs('subvolume', 'delete', one);
    }
  }
}

/** Runs a program to its end and makes what it wrote durable. */
async function run(program: string, args: readonly string[], target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  await finished(program, args);
  await finished('sync', ['-f', target]);
}

function finished(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${code ?? signal}`));
    });
  });
}

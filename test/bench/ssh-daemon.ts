import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { until } from '../support/e2e-until.js';

const CIPHER = 'aes128-gcm@openssh.com';

/** An ssh server of the benchmark's own on loopback, with keys of its own. */
export class SshDaemon implements Disposable {
  /** Words for `rsync -e`. */
  readonly command: string;
  readonly #child: ChildProcess;

  private constructor(command: string, child: ChildProcess) {
    this.command = command;
    this.#child = child;
  }

  static async open(directory: string): Promise<SshDaemon> {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Where sshd drops its privileges to.
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const hostKey = newKey(directory, 'host');
    const userKey = newKey(directory, 'user');
    const config = join(directory, 'sshd_config');
    const port = await freePort();
    writeFileSync(
      config,
      [
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${hostKey}`,
        `AuthorizedKeysFile ${userKey}.pub`,
        'PermitRootLogin prohibit-password',
        'StrictModes no',
        'UsePAM no',
        'PidFile none',
        `Ciphers ${CIPHER}`,
      ].join('\n'),
    );
    const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config], { stdio: 'ignore' });
    process.once('exit', () => child.kill());
    await until('sshd to listen', () => listens(port));
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
    const words = ['ssh', '-F', 'none', '-p', port, '-i', userKey, '-c', CIPHER];
    return new SshDaemon([...words, ...options.map((one) => `-o${one}`)].join(' '), child);
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}

function newKey(directory: string, name: string): string {
  const path = join(directory, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
  return path;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

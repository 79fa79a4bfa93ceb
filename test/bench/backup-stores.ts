import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACCESS_ID, BUCKET, SECRET_KEY } from '../support/s3-server/s3-server.js';

/** What is in the store of a program, and how often any store was asked so far; null where nobody counts. */
export interface StoreUse {
  readonly bytes: number;
  readonly requests: number | null;
}

/** Where programs keep their backups, each in a place of its own. */
export interface BackupStores extends AsyncDisposable {
  use(program: string): Promise<StoreUse>;
}

/** Directories below one. */
export class DirectoryStores implements BackupStores {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Makes it where it is not there yet. */
  of(program: string): string {
    const path = join(this.#path, program);
    mkdirSync(path, { recursive: true });
    return path;
  }

  async use(program: string): Promise<StoreUse> {
    const files = readdirSync(this.of(program), { recursive: true, withFileTypes: true });
    const bytes = files
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
    return { bytes, requests: null };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Prefixes of one bucket of an S3 server in memory, in a process of its own. */
export class S3Stores implements BackupStores {
  readonly endpoint: string;
  readonly bucket = BUCKET;
  readonly accessId = ACCESS_ID;
  readonly secretKey = SECRET_KEY;
  readonly #server: ChildProcess;

  private constructor(server: ChildProcess, endpoint: string) {
    this.#server = server;
    this.endpoint = endpoint;
  }

  static async open(): Promise<S3Stores> {
    const server = fork(fileURLToPath(new URL('./s3-process.js', import.meta.url)));
    process.once('exit', () => server.kill());
    const [{ endpoint }] = (await once(server, 'message')) as [{ endpoint: string }];
    return new S3Stores(server, endpoint);
  }

  async use(program: string): Promise<StoreUse> {
    this.#server.send(`${program}/`);
    const [use] = (await once(this.#server, 'message')) as [StoreUse];
    return use;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#server, 'exit');
    this.#server.disconnect();
    await ended;
  }
}

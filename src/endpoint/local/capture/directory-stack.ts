import { sysError } from '../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openAt, openByComponents } from '../sys/open.js';
import { StatView } from '../sys/stat.js';

/** Descriptors held at once; directories above are opened again when the walk comes back to them. */
const HELD = 256;
const SLASH = Buffer.from('/');
const VIEW = new StatView();

interface Level {
  readonly name: Buffer;
  readonly ino: bigint;
  fd: number;
}

/** The directories from the base of a walk down to where it is. The base itself is not owned. */
export class DirectoryStack implements Disposable {
  readonly #baseFd: number;
  readonly #levels: Level[] = [];

  constructor(baseFd: number) {
    this.#baseFd = baseFd;
  }

  get depth(): number {
    return this.#levels.length;
  }

  /** Names from the base down to the current directory. */
  get components(): Buffer[] {
    return this.#levels.map((level) => level.name);
  }

  /** Path of an entry of the current directory below the base. */
  pathOf(name: Uint8Array): Buffer {
    return joinPath([...this.components, name]);
  }

  /** Path of the current directory below the base. */
  get path(): Buffer {
    return joinPath(this.components);
  }

  /** Descriptor of the current directory; throws a SysError when it is no longer at its path. */
  get fd(): number {
    const top = this.#levels.at(-1);
    if (top === undefined) return this.#baseFd;
    if (top.fd === -1) {
      const fd = openByComponents(this.#baseFd, this.path, O_RDONLY | O_DIRECTORY);
      if (VIEW.statFd(fd).ino !== top.ino) {
        close(fd);
        throw sysError('openat', 'ESTALE');
      }
      top.fd = fd;
    }
    return top.fd;
  }

  /**
   * Goes into the subdirectory `name`; throws a SysError, and stays, when it cannot be opened or is, `expected` being
   * an inode number, another one by now. Returns its descriptor.
   */
  push(name: Uint8Array, expected: bigint | null): number {
    const fd = openAt(this.fd, name, O_RDONLY | O_DIRECTORY);
    const { ino } = VIEW.statFd(fd);
    if (expected !== null && ino !== expected) {
      close(fd);
      throw sysError('openat', 'ESTALE');
    }
    const far = this.#levels[this.#levels.length - HELD];
    if (far !== undefined && far.fd !== -1) {
      close(far.fd);
      far.fd = -1;
    }
    this.#levels.push({ name: Buffer.from(name), ino, fd });
    return fd;
  }

  pop(): void {
    const top = this.#levels.pop();
    if (top !== undefined && top.fd !== -1) close(top.fd);
  }

  [Symbol.dispose](): void {
    while (this.#levels.length > 0) this.pop();
  }
}

export function joinPath(components: readonly Uint8Array[]): Buffer {
  return Buffer.concat(components.flatMap((part, index) => (index === 0 ? [part] : [SLASH, part])));
}

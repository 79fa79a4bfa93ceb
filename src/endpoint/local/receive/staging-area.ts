import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { isErrno } from '../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openAt, openBeneath } from '../sys/open.js';
import { removeXattr, xattrsOfFd } from '../sys/xattr.js';

const STAGE = Buffer.from('stage');
const HOLD = Buffer.from('hold');
const DEFAULT_ACL = Buffer.from('system.posix_acl_default');
/** Record of the session; see session-record.ts. */
export const SESSION_FILE = 'session.json';
const PARTS = ['stage', 'hold', 'spill'];

/**
 * Directory of one receive session, `.datamover/trees/<tree>/staging/<session>`: `stage` holds what was
 * received and is not in place yet, `hold` what the flip took out of the live tree, `spill` temporary files.
 */
export class StagingArea implements Disposable {
  readonly path: string;
  readonly fd: number;
  readonly stageFd: number;
  readonly holdFd: number;

  private constructor(path: string, fd: number) {
    this.path = path;
    this.fd = fd;
    this.stageFd = openAt(fd, STAGE, O_RDONLY | O_DIRECTORY);
    this.holdFd = openAt(fd, HOLD, O_RDONLY | O_DIRECTORY);
  }

  /** Makes what is missing of it. */
  static create(directory: TreeDirectory, session: string): void {
    const path = `${directory.stagingPath}/${session}`;
    for (const part of PARTS) mkdirSync(`${path}/${part}`, { recursive: true, mode: 0o700 });
  }

  static open(directory: TreeDirectory, privateFd: number, session: string): StagingArea {
    const below = Buffer.from(`trees/${directory.id}/staging/${session}`);
    const fd = openBeneath(privateFd, below, O_RDONLY | O_DIRECTORY);
    const area = new StagingArea(`${directory.stagingPath}/${session}`, fd);
    // What is made in staging must not inherit the ACL of whatever directory the root lies in.
    for (const part of [area.stageFd, area.holdFd]) dropDefaultAcl(part);
    return area;
  }

  get spillPath(): string {
    return `${this.path}/spill`;
  }

  /** Log of what one lane received; see lane-log.ts. */
  logPath(lane: number): string {
    return `${this.path}/lane-${lane}.log`;
  }

  /** Logs of `lanes` lanes, that of the place itself behind them. */
  laneLogs(lanes: number): string[] {
    return Array.from({ length: lanes + 1 }, (_, lane) => this.logPath(lane));
  }

  /** Those, and that of the commit. */
  logs(lanes: number): string[] {
    return [...this.laneLogs(lanes), this.commitLogPath];
  }

  /** Of failures that the source told with the commit, in the same format. */
  get commitLogPath(): string {
    return `${this.path}/commit.log`;
  }

  [Symbol.dispose](): void {
    close(this.holdFd);
    close(this.stageFd);
    close(this.fd);
  }
}

function dropDefaultAcl(fd: number): void {
  try {
    removeXattr(xattrsOfFd(fd), DEFAULT_ACL);
  } catch (error) {
    if (!isErrno(error, 'ENOTSUP')) throw error;
  }
}

/** Sessions of a tree that have a staging directory. */
export function sessionsOf(directory: TreeDirectory): string[] {
  return readdirSync(directory.stagingPath).filter((name) => /^[0-9a-f]{16}$/.test(name));
}

/**
 * Deletes a session with everything in it; nothing happens when it is not there. Its record goes first: what a kill
 * leaves of it is no session that anybody goes on with.
 */
export function removeSession(directory: TreeDirectory, session: string): void {
  const path = `${directory.stagingPath}/${session}`;
  rmSync(`${path}/${SESSION_FILE}`, { force: true });
  rmSync(path, { recursive: true, force: true });
}

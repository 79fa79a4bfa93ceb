import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type PackId, parsePackId } from '../../../catalog/page-store.js';

const ID = /^[0-9a-f]{32}$/;

/**
 * What this agent keeps of one repository that it writes to: local copies of its page packs and index runs,
 * and the session of a backup that is under way. All but the session can be fetched again.
 */
export class WorkDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get pages(): string {
    return join(this.path, 'pages');
  }

  get indexRuns(): string {
    return join(this.path, 'index');
  }

  /** While the index is made again. */
  get rebuild(): string {
    return join(this.path, 'rebuild');
  }

  /** What is known of the locks of its objects; see lock-ledger.ts. */
  get locks(): string {
    return join(this.path, 'locks');
  }

  get session(): string {
    return join(this.path, 'session');
  }

  /** Of the session: temporary files. */
  get spill(): string {
    return join(this.session, 'spill');
  }

  /** Of the session: index runs that did not fit into memory, and the one that it adds in the end. */
  get sessionRuns(): string {
    return join(this.session, 'runs');
  }

  /** Of the session: what one lane received; see lane-log.ts. */
  laneLog(lane: number): string {
    return join(this.session, `lane-${lane}.log`);
  }

  laneLogs(lanes: number): string[] {
    return Array.from({ length: lanes }, (_, lane) => this.laneLog(lane));
  }

  /** Of the session: files needed whole when its structure was received, and failures told with the commit. */
  get placeLog(): string {
    return join(this.session, 'place.log');
  }

  get commitLog(): string {
    return join(this.session, 'commit.log');
  }

  /** Of the session: packs that are in the store. */
  get uploaded(): string {
    return join(this.session, 'uploaded');
  }

  /** Of the session: plain objects that are in the store. */
  get uploadedPlain(): string {
    return join(this.session, 'uploaded-plain');
  }

  make(): void {
    for (const path of [this.pages, this.indexRuns]) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    }
  }

  makeSession(): void {
    for (const path of [this.spill, this.sessionRuns]) {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    }
  }

  removeSession(): void {
    rmSync(this.session, { recursive: true, force: true });
  }
}

/** Ids of the packs or runs in a directory; other files, left by a crash, are removed. */
export function idsIn(directory: string): PackId[] {
  const ids: PackId[] = [];
  for (const name of readdirSync(directory)) {
    if (ID.test(name)) ids.push(parsePackId(name));
    else rmSync(join(directory, name), { recursive: true, force: true });
  }
  return ids;
}

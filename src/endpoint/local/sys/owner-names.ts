import { readFileSync, statSync } from 'node:fs';

interface Table {
  readonly names: ReadonlyMap<number, string>;
  readonly numbers: ReadonlyMap<string, number>;
}

/** One of the two files, read again when its inode, size or modification time is another. */
class NumberFile {
  readonly #path: string;
  #stamp = '';
  #table: Table = { names: new Map(), numbers: new Map() };

  constructor(path: string) {
    this.#path = path;
  }

  get table(): Table {
    return this.#table;
  }

  refresh(): void {
    const found = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    const stamp = found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeNs}`;
    if (stamp === this.#stamp) return;
    this.#table = parse(found === undefined ? '' : readFileSync(this.#path, 'utf8'));
    this.#stamp = stamp;
  }
}

/**
 * Lines of `name:password:number:...`; of two lines for one number or
 * name the first counts, as in libc.
 */
function parse(text: string): Table {
  const names = new Map<number, string>();
  const numbers = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name, , digits] = line.split(':');
    if (name === undefined || name === '' || digits === undefined || !/^\d{1,10}$/.test(digits)) {
      continue;
    }
    const number = Number(digits);
    if (!names.has(number)) names.set(number, name);
    if (!numbers.has(name)) numbers.set(name, number);
  }
  return { names, numbers };
}

/**
 * Names of owners and groups from /etc/passwd and /etc/group (not from a
 * directory service). Look-ups answer from memory; `refresh` looks whether the
 * files have changed, once per scan or session.
 */
export class OwnerNames {
  readonly #users: NumberFile;
  readonly #groups: NumberFile;

  constructor(paths: { readonly passwd?: string; readonly group?: string } = {}) {
    this.#users = new NumberFile(paths.passwd ?? '/etc/passwd');
    this.#groups = new NumberFile(paths.group ?? '/etc/group');
    this.refresh();
  }

  refresh(): void {
    this.#users.refresh();
    this.#groups.refresh();
  }

  /** The user's name, '' when there is none for the number. */
  userName(uid: number): string {
    return this.#users.table.names.get(uid) ?? '';
  }

  groupName(gid: number): string {
    return this.#groups.table.names.get(gid) ?? '';
  }

  /** The user's number, null when no user has the name. */
  userId(name: string): number | null {
    return this.#users.table.numbers.get(name) ?? null;
  }

  groupId(name: string): number | null {
    return this.#groups.table.numbers.get(name) ?? null;
  }
}

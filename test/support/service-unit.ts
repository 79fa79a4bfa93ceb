import { readFileSync } from 'node:fs';

export const UNIT_FILE = 'scripts/datamover.service';

/** The systemd unit that we ship, as an administrator would read it. */
export class ServiceUnit {
  readonly #directives: ReadonlyMap<string, readonly string[]>;

  private constructor(directives: ReadonlyMap<string, readonly string[]>) {
    this.#directives = directives;
  }

  /** Throws at a line that is no section, directive or comment. */
  static read(): ServiceUnit {
    const directives = new Map<string, string[]>();
    let section = '';
    for (const line of readFileSync(UNIT_FILE, 'utf8').split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const [, name] = /^\[([A-Z][a-z]+)\]$/.exec(line) ?? [];
      const [, directive, value = ''] = /^([A-Z][A-Za-z]+)=(.+)$/.exec(line) ?? [];
      if (name !== undefined) section = name;
      else if (directive === undefined || section === '') throw new Error(`${UNIT_FILE}: ${line}`);
      else {
        const key = `${section}.${directive}`;
        directives.set(key, [...(directives.get(key) ?? []), value]);
      }
    }
    return new ServiceUnit(directives);
  }

  /** Of a directive that stands there once; `key` as in `Service.User`. */
  text(key: string): string {
    const values = this.#directives.get(key) ?? [];
    if (values.length !== 1) throw new Error(`${UNIT_FILE} has ${key} ${values.length} times`);
    return values[0] ?? '';
  }

  /** Of a directive that holds a list. */
  words(key: string): string[] {
    return this.text(key).split(' ');
  }

  has(key: string): boolean {
    return this.#directives.has(key);
  }

  /** Words that begin a process with the rights that the unit leaves, and no others. */
  launcher(): string[] {
    const rights = this.words('Service.CapabilityBoundingSet').map((name) =>
      name.replace(/^CAP_/, '+').toLowerCase(),
    );
    return ['setpriv', '--no-new-privs', `--bounding-set=-all,${rights.join(',')}`];
  }
}

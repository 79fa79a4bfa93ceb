import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManyNeedles } from './many-needles.js';

/** Every secret that tests make up for accounts and passphrases begins with this. */
const MARK = Buffer.from('planted-');
/** Longest piece that is looked for: what is cut between two chunks is found all the same. */
const MAX_FORM_BYTES = 128;
const DIRECTORY_OF_PROCESSES = '/proc';

/**
 * Secrets that an agent may keep in its state, and nowhere else, or
 * that it must not even keep there.
 */
type Keeping = 'kept in the state' | 'kept nowhere';

interface Form {
  readonly name: string;
  readonly bytes: Buffer;
  readonly keeping: Keeping;
}

/**
 * The secrets of the tests, and the places where one of them was seen that had no
 * business there: outputs, logs, command lines, environments, state and the wire. The
 * support code of the tests shows it all that passes.
 */
export class PlantedSecrets {
  readonly #forms: Form[] = [];
  readonly #needles = new ManyNeedles();
  readonly #seen = new Set<string>();
  /** Bytes looked at so far. */
  looked = 0;

  /**
   * A private key in PEM: any line of it is a secret, and so are the
   * bytes that the line stands for.
   */
  plantKey(name: string, pem: string, keeping: Keeping): void {
    const lines = pem.split('\n').filter((line) => /^[A-Za-z0-9+/]{64}$/.test(line));
    // The first ones tell the kind of key only, which is no secret.
    for (const line of lines.slice(4, 7)) {
      const forms = [Buffer.from(line), Buffer.from(line, 'base64')];
      for (const bytes of forms) this.#add({ name, bytes, keeping });
    }
  }

  /**
   * A passphrase or a secret of an account that does not begin with
   * the mark, or that must not be kept.
   */
  plant(name: string, secret: string, keeping: Keeping): void {
    this.#add({ name, bytes: Buffer.from(secret), keeping });
  }

  /** Looks at what somebody could read at a place. */
  look(where: string, what: string | Uint8Array): void {
    const bytes =
      typeof what === 'string'
        ? Buffer.from(what)
        : Buffer.from(what.buffer, what.byteOffset, what.byteLength);
    this.looked += bytes.length;
    if (bytes.includes(MARK)) this.#seen.add(`a planted secret is in ${where}`);
    this.#lookForForms(where, bytes, () => true);
  }

  /** Looks at chunks that follow one another. */
  stream(where: string): (chunk: Uint8Array) => void {
    let rest: Buffer = Buffer.alloc(0);
    return (chunk) => {
      const all = Buffer.concat([rest, chunk]);
      this.look(where, all);
      rest = all.subarray(-MAX_FORM_BYTES);
    };
  }

  /** Looks through a state directory, whose database may hold what is kept. */
  lookAtState(directory: string): void {
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      this.looked += bytes.length;
      this.#lookForForms(path, bytes, ({ keeping }) => keeping === 'kept nowhere');
    }
  }

  /**
   * Looks at what a process shows: to everybody its command line, to
   * its user and root its environment.
   */
  lookAtProcess(name: string, pid: number): void {
    for (const file of ['cmdline', 'environ']) {
      this.look(`${file} of ${name}`, readFileSync(`${DIRECTORY_OF_PROCESSES}/${pid}/${file}`));
    }
  }

  /** Throws when anything was seen where it does not belong. */
  check(): void {
    if (this.#seen.size > 0) throw new Error([...this.#seen].join('; '));
  }

  #add(form: Form): void {
    this.#forms.push(form);
    this.#needles.add(form.bytes);
  }

  #lookForForms(where: string, bytes: Buffer, isMeant: (form: Form) => boolean): void {
    if (!this.#needles.mayBeIn(bytes)) return;
    for (const form of this.#forms) {
      if (!isMeant(form) || !bytes.includes(form.bytes)) continue;
      this.#seen.add(`${form.name} is in ${where}`);
    }
  }
}

/** Of all tests of this process. */
export const plantedSecrets = new PlantedSecrets();

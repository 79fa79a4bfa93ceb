import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DmError } from '../model/error.js';
import { stretchPassphrase } from '../util/stretch-passphrase.js';
import type { StoredValue } from './database.js';

/** One record of a state database. */
export type StateEntry = readonly [key: string, value: StoredValue];

// docs/formats.md has the layout.
const FORMAT = 1;
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const TAG_BYTES = 16;
const MIN_PASSPHRASE = 8;
/**
 * Takes 128 MiB and a good part of a second: a stolen dump must not be cheap to try passphrases on.
 */
const SCRYPT = { N: 131_072, r: 8, p: 1 } as const;
/** Plain bytes of a frame; the last record may make it longer. */
const FRAME_BYTES = 256 * 1_024;
const MAX_FRAME_BYTES = 64 * 1_048_576;
const MAX_HEADER_BYTES = 1_024;
const MORE = 0;
const LAST = 1;

/** Seals records with a passphrase. Throws `invalid_argument` for one that is too short. */
export async function* sealEntries(
  entries: AsyncIterable<StateEntry>,
  passphrase: string,
): AsyncGenerator<Buffer> {
  if (Buffer.byteLength(passphrase) < MIN_PASSPHRASE) {
    throw invalid(`the passphrase has fewer than ${MIN_PASSPHRASE} bytes; choose a longer one`);
  }
  const salt = randomBytes(SALT_BYTES);
  const header = Buffer.from(
    `${JSON.stringify({ datamover_state: FORMAT, salt: salt.toString('base64') })}\n`,
  );
  const key = await stretchPassphrase(passphrase, salt, KEY_BYTES, SCRYPT);
  yield header;
  let lines: Buffer[] = [];
  let bytes = 0;
  let number = 0;
  for await (const entry of entries) {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    lines.push(line);
    bytes += line.length;
    if (bytes < FRAME_BYTES) continue;
    yield sealFrame(key, number++, MORE, Buffer.concat(lines), header);
    lines = [];
    bytes = 0;
  }
  yield sealFrame(key, number, LAST, Buffer.concat(lines), header);
}

/**
 * The records of a dump, in order. Throws `corrupt` when it was changed or cut
 * short, `encryption_key` when the passphrase is another one: only what came before has been
 * yielded then, so use nothing before the end.
 */
export async function* openSealed(
  input: AsyncIterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<StateEntry> {
  const reader = new ByteReader(input);
  const header = await reader.line(MAX_HEADER_BYTES);
  const key = await stretchPassphrase(passphrase, saltOf(header), KEY_BYTES, SCRYPT);
  for (let number = 0; ; number++) {
    const head = await reader.take(5);
    const [kind, length] = [head.readUInt8(0), head.readUInt32BE(1)];
    if (kind > LAST || length < TAG_BYTES || length > MAX_FRAME_BYTES) throw damaged();
    const plain = openFrame(key, number, kind, await reader.take(length), header);
    for (const line of plain.toString('utf8').split('\n')) {
      if (line !== '') yield parseEntry(line);
    }
    if (kind !== LAST) continue;
    if (!(await reader.atEnd())) throw damaged();
    return;
  }
}

function sealFrame(
  key: Buffer,
  number: number,
  kind: number,
  plain: Buffer,
  header: Buffer,
): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonceOf(number));
  cipher.setAAD(Buffer.concat([header, Buffer.from([kind])]));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const head = Buffer.alloc(5);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(sealed.length, 1);
  return Buffer.concat([head, sealed]);
}

function openFrame(
  key: Buffer,
  number: number,
  kind: number,
  sealed: Buffer,
  header: Buffer,
): Buffer {
  const decipher = createDecipheriv(CIPHER, key, nonceOf(number));
  decipher.setAAD(Buffer.concat([header, Buffer.from([kind])]));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const body = sealed.subarray(0, sealed.length - TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch (cause) {
    if (number > 0) throw damaged();
    throw new DmError(
      'encryption_key',
      'the state cannot be opened: the passphrase is another one than it was sealed with, or its beginning is damaged; give the right --passphrase-file, or use another copy',
      { cause },
    );
  }
}

/** The salt, and with it the key, is new for every dump. */
function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(number, 8);
  return nonce;
}

function saltOf(header: Buffer): Buffer {
  let fields: { datamover_state?: unknown; salt?: unknown };
  try {
    fields = Object(JSON.parse(header.toString('utf8')));
  } catch {
    throw invalid('this is not a file that `dm state export` wrote; name the right one');
  }
  if (fields.datamover_state !== FORMAT || typeof fields.salt !== 'string') {
    throw invalid('this is no state that this program knows; use the version that wrote it');
  }
  return Buffer.from(fields.salt, 'base64');
}

function parseEntry(line: string): StateEntry {
  const entry: unknown = JSON.parse(line);
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') throw damaged();
  return [entry[0], entry[1]];
}

/** Reads an input of chunks of any size by lengths. */
class ByteReader {
  readonly #input: AsyncIterator<Uint8Array>;
  #held = Buffer.alloc(0);

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    while (this.#held.length < length) if (!(await this.#more())) throw damaged();
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }

  /** Up to and with the next line end. */
  async line(most: number): Promise<Buffer> {
    for (;;) {
      const end = this.#held.indexOf(0x0a);
      if (end !== -1) return this.take(end + 1);
      if (this.#held.length > most || !(await this.#more())) {
        throw invalid('this is not a file that `dm state export` wrote; name the right one');
      }
    }
  }

  async atEnd(): Promise<boolean> {
    return this.#held.length === 0 && !(await this.#more());
  }

  async #more(): Promise<boolean> {
    const next = await this.#input.next();
    if (next.done) return false;
    this.#held = Buffer.concat([this.#held, next.value]);
    return true;
  }
}

function damaged(): DmError {
  return new DmError('corrupt', 'the exported state is damaged or cut short; use another copy');
}

function invalid(message: string): DmError {
  return new DmError('invalid_argument', message);
}

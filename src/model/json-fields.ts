import { DmError } from './error.js';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const DECIMAL = /^-?(?:0|[1-9][0-9]{0,39})$/;

/**
 * The fields of one JSON object that was read from a disk; each getter
 * throws `corrupt` naming what is wrong.
 */
export class JsonFields {
  readonly #what: string;
  readonly #fields: Record<string, unknown>;

  /** `what` names the object in messages. */
  constructor(what: string, value: unknown) {
    this.#what = what;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.wrong('it is not an object');
    }
    this.#fields = value as Record<string, unknown>;
  }

  /** Parses text and checks `format`: a larger number means a newer release wrote it. */
  static parse(what: string, text: string, format: number): JsonFields {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new DmError('corrupt', `${what} is not JSON; restore it or remove what it describes`, {
        cause: error,
      });
    }
    const fields = new JsonFields(what, value);
    const found = fields.integer('format', 1);
    if (found !== format) {
      throw new DmError(
        'state_version',
        `${what} has format ${found}, this release reads ${format}; install a newer release`,
      );
    }
    return fields;
  }

  wrong(reason: string): DmError {
    return new DmError(
      'corrupt',
      `${this.#what}: ${reason}; restore it or remove what it describes`,
    );
  }

  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== 'string') throw this.wrong(`${name} is not a string`);
    return value;
  }

  /** A string that `parse` accepts; what it throws becomes `corrupt`. */
  parsed<T>(name: string, parse: (text: string) => T): T {
    const text = this.text(name);
    try {
      return parse(text);
    } catch (error) {
      throw this.wrong(`${name} is malformed (${error instanceof Error ? error.message : error})`);
    }
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const text = this.text(name);
    const found = allowed.find((one) => one === text);
    if (found === undefined) throw this.wrong(`${name} is not one of ${allowed.join(', ')}`);
    return found;
  }

  boolean(name: string): boolean {
    const value = this.#fields[name];
    if (typeof value !== 'boolean') throw this.wrong(`${name} is not true or false`);
    return value;
  }

  /** A whole number from `least` to 2^53 - 1. */
  integer(name: string, least = 0): number {
    const value = this.#fields[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
      throw this.wrong(`${name} is not a whole number from ${least}`);
    }
    return value;
  }

  /** Decimal digits in a string. */
  big(name: string): bigint {
    const text = this.text(name);
    if (!DECIMAL.test(text)) throw this.wrong(`${name} is not a decimal number`);
    return BigInt(text);
  }

  /** Base64 in a string. */
  bytes(name: string): Uint8Array {
    return this.#decode(name, this.text(name));
  }

  bytesList(name: string): Uint8Array[] {
    return this.list(name).map((value) => this.#decode(name, value));
  }

  list(name: string): unknown[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) throw this.wrong(`${name} is not a list`);
    return value;
  }

  /** A list of strings that `parse` accepts; what it throws becomes `corrupt`. */
  parsedTexts<T>(name: string, parse: (text: string) => T): T[] {
    return this.texts(name).map((text) => {
      try {
        return parse(text);
      } catch (error) {
        throw this.wrong(
          `${name} holds what is malformed (${error instanceof Error ? error.message : error})`,
        );
      }
    });
  }

  texts(name: string): string[] {
    return this.list(name).map((value) => {
      if (typeof value !== 'string') throw this.wrong(`${name} holds what is not a string`);
      return value;
    });
  }

  objects(name: string): JsonFields[] {
    return this.list(name).map((value) => new JsonFields(`${this.#what}, ${name}`, value));
  }

  object(name: string): JsonFields {
    return new JsonFields(`${this.#what}, ${name}`, this.#fields[name]);
  }

  raw(name: string): unknown {
    return this.#fields[name];
  }

  /** What `read` makes of the field, or null when the field is null. */
  nullable<T>(name: string, read: (name: string) => T): T | null {
    return this.#fields[name] === null ? null : read(name);
  }

  #decode(name: string, value: unknown): Uint8Array {
    if (typeof value !== 'string' || !BASE64.test(value)) {
      throw this.wrong(`${name} is not base64`);
    }
    // Not of the pool that small buffers share: a record that is kept would keep 8 KiB of it for each of its fields.
    const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(value, 'base64'));
    return bytes.subarray(0, bytes.write(value, 'base64'));
  }
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

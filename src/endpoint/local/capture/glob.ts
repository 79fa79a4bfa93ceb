const SLASH = 0x2f;
const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BACKSLASH = 0x5c;
const BANG = 0x21;
const CARET = 0x5e;
const DASH = 0x2d;
const COLON = 0x3a;

/** One step of a pattern: a byte, any byte, any run of bytes, or a set of bytes. */
type Token = number | 'any' | 'run' | ReadonlySet<number>;

/** A shell pattern for one name: `*`, `?`, `[a-z]`, `[!a]`, `[[:digit:]]`, and `\` before a literal byte. */
export class Glob {
  readonly #tokens: readonly Token[] | null;

  /** A pattern that ends in a lone backslash or in an open bracket matches nothing, as in git. */
  constructor(pattern: Uint8Array) {
    this.#tokens = parse(pattern);
  }

  matches(name: Uint8Array): boolean {
    const tokens = this.#tokens;
    if (tokens === null) return false;
    let token = 0;
    let at = 0;
    let runToken = -1;
    let runAt = 0;
    while (at < name.length) {
      const step = tokens[token];
      if (step === 'run') {
        runToken = token++;
        runAt = at;
      } else if (step !== undefined && accepts(step, name[at] ?? 0)) {
        token++;
        at++;
      } else if (runToken >= 0) {
        token = runToken + 1;
        at = ++runAt;
      } else return false;
    }
    while (tokens[token] === 'run') token++;
    return token === tokens.length;
  }
}

function accepts(step: Exclude<Token, 'run'>, byte: number): boolean {
  if (typeof step === 'number') return step === byte;
  return step === 'any' ? byte !== SLASH : step.has(byte);
}

function parse(pattern: Uint8Array): Token[] | null {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const byte = pattern[at] ?? 0;
    if (byte === STAR) {
      if (tokens.at(-1) !== 'run') tokens.push('run');
    } else if (byte === QUESTION) {
      tokens.push('any');
    } else if (byte === BACKSLASH) {
      const literal = pattern[++at];
      if (literal === undefined) return null;
      tokens.push(literal);
    } else if (byte === OPEN) {
      const set = parseSet(pattern, at);
      if (set === null) return null;
      tokens.push(set.bytes);
      at = set.end;
    } else tokens.push(byte);
  }
  return tokens;
}

/** The set that begins with the bracket at `start`, and where its closing bracket is. */
function parseSet(pattern: Uint8Array, start: number): { bytes: Set<number>; end: number } | null {
  const bytes = new Set<number>();
  let at = start + 1;
  const negated = pattern[at] === BANG || pattern[at] === CARET;
  if (negated) at++;
  const first = at;
  for (;;) {
    let byte = pattern[at];
    if (byte === undefined) return null;
    if (byte === CLOSE && at > first) break;
    if (byte === OPEN && pattern[at + 1] === COLON) {
      const end = classEnd(pattern, at + 2);
      if (end !== -1) {
        const members = CLASSES[Buffer.from(pattern.subarray(at + 2, end)).toString('latin1')];
        if (members === undefined) return null;
        for (let one = 0; one < 128; one++) if (members(one)) bytes.add(one);
        at = end + 2;
        continue;
      }
    }
    if (byte === BACKSLASH) byte = pattern[++at];
    if (byte === undefined) return null;
    let last = byte;
    if (pattern[at + 1] === DASH && pattern[at + 2] !== CLOSE && at + 2 < pattern.length) {
      at += 2;
      if (pattern[at] === BACKSLASH) at++;
      const end = pattern[at];
      if (end === undefined) return null;
      last = end;
    }
    for (let one = byte; one <= last; one++) bytes.add(one);
    at++;
  }
  return { bytes: negated ? complement(bytes) : bytes, end: at };
}

function classEnd(pattern: Uint8Array, from: number): number {
  for (let at = from; at + 1 < pattern.length; at++) {
    if (pattern[at] === COLON && pattern[at + 1] === CLOSE) return at;
    if (pattern[at] === CLOSE) return -1;
  }
  return -1;
}

function complement(bytes: ReadonlySet<number>): Set<number> {
  const rest = new Set<number>();
  for (let byte = 0; byte < 256; byte++) {
    if (!bytes.has(byte) && byte !== SLASH) rest.add(byte);
  }
  return rest;
}

function matching(pattern: RegExp): (byte: number) => boolean {
  return (byte) => pattern.test(String.fromCharCode(byte));
}

const CLASSES: Readonly<Record<string, (byte: number) => boolean>> = {
  alnum: matching(/[0-9A-Za-z]/),
  alpha: matching(/[A-Za-z]/),
  blank: matching(/[ \t]/),
  cntrl: (byte) => byte < 32 || byte === 127,
  digit: matching(/[0-9]/),
  graph: (byte) => byte > 32 && byte < 127,
  lower: matching(/[a-z]/),
  print: (byte) => byte >= 32 && byte < 127,
  punct: (byte) => byte > 32 && byte < 127 && !/[0-9A-Za-z]/.test(String.fromCharCode(byte)),
  space: matching(/[ \t\n\r\f\v]/),
  upper: matching(/[A-Z]/),
  xdigit: matching(/[0-9A-Fa-f]/),
};

const BACKSLASH = 0x5c;
/** Nothing to escape: printable ASCII without the backslash. */
const PLAIN = /^[ -[\]-~]*$/;
const DECODER = new TextDecoder('utf-8', { fatal: true });

/**
 * Bytes as text for people and logs: valid UTF-8 stays, control characters, invalid
 * bytes and bidirectional overrides become `\xNN`, the backslash `\\`.
 * `parseEscaped` gives the same bytes back.
 */
export function escapePath(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const plain = buffer.toString('latin1');
  if (PLAIN.test(plain)) return plain;
  let text = '';
  let at = 0;
  while (at < buffer.length) {
    const length = characterLength(buffer, at);
    const character = length === 0 ? null : decode(buffer.subarray(at, at + length));
    if (character === null || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character)) {
      const end = at + (character === null ? 1 : length);
      for (; at < end; at++) text += `\\x${(buffer[at] ?? 0).toString(16).padStart(2, '0')}`;
    } else {
      text += buffer[at] === BACKSLASH ? '\\\\' : character;
      at += length;
    }
  }
  return text;
}

/**
 * The bytes of an escaped text: `\\` and `\xNN` are read, any other backslash stands for itself.
 */
export function parseEscaped(text: string): Buffer {
  const parts: Buffer[] = [];
  let rest = 0;
  for (const match of text.matchAll(/\\(?:\\|x([0-9a-fA-F]{2}))/g)) {
    parts.push(Buffer.from(text.slice(rest, match.index)));
    parts.push(match[1] === undefined ? Buffer.from('\\') : Buffer.from(match[1], 'hex'));
    rest = match.index + match[0].length;
  }
  parts.push(Buffer.from(text.slice(rest)));
  return Buffer.concat(parts);
}

/** True when the bytes are valid UTF-8, so that their escaped form loses nothing a script needs. */
export function isUtf8(bytes: Uint8Array): boolean {
  return decode(bytes) !== null;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return DECODER.decode(bytes);
  } catch {
    return null;
  }
}

function characterLength(buffer: Buffer, at: number): number {
  const first = buffer[at] ?? 0;
  const length =
    first < 0x80
      ? 1
      : first < 0xc2
        ? 0
        : first < 0xe0
          ? 2
          : first < 0xf0
            ? 3
            : first < 0xf5
              ? 4
              : 0;
  return at + length <= buffer.length ? length : 0;
}

import { DmError } from '../../model/error.js';
import { escapePath } from '../../util/escape.js';

/** Characters that a backslash takes their meaning from, outside quotes. */
const QUOTABLE = ' \t;\'"#';
/** What stands between words; other white space may be in a name. */
const SEPARATORS = ' \t\r';

/**
 * The commands of a text, each as its words in bytes. Commands end at `;` and at line ends. `\xNN`
 * is a byte and `\\` a backslash, as names are printed, in `'…'` and `"…"` too. A command that begins with `#` is a comment.
 */
export function parseCommands(text: string): Buffer[][] {
  const commands: Buffer[][] = [];
  let words: Buffer[] = [];
  let word: Buffer[] | null = null;
  let quote = '';
  let at = 0;
  const add = (bytes: string | Buffer) => {
    word ??= [];
    word.push(Buffer.from(bytes as string));
  };
  const endWord = () => {
    if (word !== null) words.push(Buffer.concat(word));
    word = null;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  while (at < text.length) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const escaped = escapeAt(text, at, quote === '');
    if (escaped !== null) {
      add(escaped.bytes);
      at += escaped.length;
      continue;
    }
    at += character.length;
    if (quote !== '') {
      if (character === quote) quote = '';
      else add(character);
    } else if (character === "'" || character === '"') {
      quote = character;
      add('');
    } else if (character === ';' || character === '\n') endCommand();
    else if (SEPARATORS.includes(character)) endWord();
    else if (character === '#' && word === null && words.length === 0) {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else add(character);
  }
  if (quote !== '') throw new DmError('usage', `a quote ${quote} is not closed; close it`);
  endCommand();
  return commands;
}

function escapeAt(
  text: string,
  at: number,
  quotable: boolean,
): { bytes: Buffer; length: number } | null {
  if (text[at] !== '\\') return null;
  const next = text[at + 1] ?? '';
  if (next === '\\') return { bytes: Buffer.from('\\'), length: 2 };
  const hex = /^x([0-9a-fA-F]{2})/.exec(text.slice(at + 1, at + 4))?.[1];
  if (hex !== undefined) return { bytes: Buffer.from(hex, 'hex'), length: 4 };
  if (quotable && next !== '' && QUOTABLE.includes(next)) {
    return { bytes: Buffer.from(next), length: 2 };
  }
  return null;
}

/**
 * A name as a word of a command: escaped as it is printed, and what would end or quote a word too.
 */
export function quoteWord(name: Uint8Array): string {
  return escapePath(name).replace(/[ \t;'"#]/g, '\\$&');
}

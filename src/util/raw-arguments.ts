import { escapePath, isUtf8 } from './escape.js';

const NUL = 0;

/**
 * The words of a command line whose bytes are no UTF-8, in the escaped form that paths have
 * everywhere; the others as they are. Node has put a replacement character in the place of each
 * invalid byte. `bytes` is what /proc/self/cmdline has: the words come last in it, each with a NUL
 * behind it. Where it is not of these words, nothing is changed.
 */
export function escapeRawArguments(words: readonly string[], bytes: Uint8Array): string[] {
  const raw = splitAtNul(bytes).slice(-words.length);
  if (raw.length !== words.length) return [...words];
  const isOfWords = words.every((word, index) => raw[index]?.toString() === word);
  if (!isOfWords) return [...words];
  return words.map((word, index) => {
    const bytesOfWord = raw[index];
    return bytesOfWord === undefined || isUtf8(bytesOfWord) ? word : escapePath(bytesOfWord);
  });
}

function splitAtNul(bytes: Uint8Array): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NUL); end !== -1; end = bytes.indexOf(NUL, start)) {
    parts.push(Buffer.from(bytes.subarray(start, end)));
    start = end + 1;
  }
  return parts;
}

/**
 * A word as a shell takes it, and as nothing else: what is in it was
 * perhaps chosen by somebody else.
 */
export function shellWord(word: string): string {
  return /^[\w/.,@%+=:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

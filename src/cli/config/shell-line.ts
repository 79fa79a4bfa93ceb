import { shellWord } from '../../util/shell-word.js';
import { escapeControl } from '../format/text.js';

/** A command line of ours as a person would type it. */
export function shellLine(words: readonly string[]): string {
  return ['dm', ...words].map((word) => shellWord(escapeControl(word))).join(' ');
}

import type { OptionSpec } from './option-spec.js';

/**
 * Rewrites booleans so that each carries its value: `--x true` and `--x` become
 * `--x=true`. The word after a bare boolean is its value only when it is `true` or
 * `false`; values of other options are left alone.
 */
export function joinBooleanWords(
  argv: readonly string[],
  options: readonly OptionSpec[],
): string[] {
  const booleans = new Set<string>();
  const valued = new Set<string>();
  for (const option of options) {
    if (option.kind === 'boolean') booleans.add(`--${option.flag}`);
    else if (option.kind !== 'switch') {
      valued.add(`--${option.flag}`);
      if (option.short !== undefined) valued.add(`-${option.short}`);
    }
  }
  const out: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') return [...out, ...argv.slice(at)];
    const next = argv[at + 1];
    if (booleans.has(word)) {
      const value = next === 'true' || next === 'false' ? next : null;
      out.push(`${word}=${value ?? 'true'}`);
      if (value !== null) at++;
    } else if (valued.has(word) && next !== undefined) {
      out.push(word, next);
      at++;
    } else {
      out.push(word);
    }
  }
  return out;
}

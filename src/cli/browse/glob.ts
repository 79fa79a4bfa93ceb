import { DmError } from '../../model/error.js';
import { escapePath, isUtf8 } from '../../util/escape.js';

/**
 * Matches whole names against `*`, `?` and `[…]`. Where pattern and name are both
 * UTF-8 a `?` is one character, else one byte.
 */
export function globMatcher(pattern: Buffer): (name: Buffer) => boolean {
  const bytes = compile(pattern.toString('latin1'), 's', pattern);
  const text = isUtf8(pattern) ? compile(pattern.toString('utf8'), 'su', pattern) : null;
  return (name) =>
    text !== null && isUtf8(name)
      ? text.test(name.toString('utf8'))
      : bytes.test(name.toString('latin1'));
}

function compile(glob: string, flags: string, pattern: Buffer): RegExp {
  let source = '';
  let at = 0;
  while (at < glob.length) {
    const character = glob[at] ?? '';
    const set = character === '[' ? /^\[([!^]?)(\]?[^\]]*)\]/s.exec(glob.slice(at)) : null;
    if (set !== null) {
      source += `[${set[1] ? '^' : ''}${(set[2] ?? '').replace(/[\\[\]^]/g, '\\$&')}]`;
      at += set[0].length;
      continue;
    }
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else source += character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
    at++;
  }
  try {
    return new RegExp(`^${source}$`, flags);
  } catch (error) {
    throw new DmError('usage', `pattern ${escapePath(pattern)} is not possible; see "help"`, {
      cause: error,
    });
  }
}

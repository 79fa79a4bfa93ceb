import { isWithin } from '../model/absolute-path.js';
import type { ErrorData } from '../model/error.js';
import type { PeerRight } from '../model/peer-right.js';
import type { PeerRules } from '../security/grants.js';
import { escapePath, parseEscaped } from '../util/escape.js';
import { shellWord } from '../util/shell-word.js';

/**
 * What would allow what was refused, for the log: `dm grants create` lines, one for each root
 * when the call named no path; the setting when `--peer-access` is in the way. Empty when
 * nothing would. `data` is that of a `rightRefused`.
 */
export function allowingLines(data: ErrorData, rules: PeerRules): string[] {
  const { right, identity, path } = data;
  if (typeof right !== 'string' || typeof identity !== 'string') return [];
  if (!rules.ceiling.includes(right as PeerRight)) {
    return [`dm agent --peer-access=${[...rules.ceiling, right].join(',')}`];
  }
  const paths = typeof path === 'string' ? [parseEscaped(path)] : rules.roots;
  return paths
    .filter((wanted) => rules.roots.some((root) => isWithin(root, wanted)))
    .map(
      (wanted) =>
        `dm grants create --identity ${identity} --root ${shellWord(escapePath(wanted))} --allow ${right}`,
    );
}

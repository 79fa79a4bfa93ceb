import { execFileSync } from 'node:child_process';

/**
 * Extended attributes (ACLs among them) of everything below a directory, by getfattr: path
 * below the root as latin1 bytes ("" is the root) -> its `name=0xvalue` lines, sorted.
 * Entries without attributes are not in the map.
 */
export function extendedAttributes(root: string): Map<string, string> {
  const output = execFileSync('getfattr', ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '.'], {
    cwd: root,
    encoding: 'latin1',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const found = new Map<string, string>();
  for (const block of output.split('\n\n')) {
    const [head, ...all] = block.split('\n').filter((line) => line !== '');
    // XFS shows an ACL a second time under a name of its own.
    const lines = all.filter((line) => !line.startsWith('trusted.SGI_ACL_'));
    if (head === undefined) continue;
    const path = unescapeOctal(head.replace(/^# file: /, ''));
    if (lines.length === 0) continue;
    found.set(path === '.' ? '' : path.replace(/^\.\//, ''), lines.sort().join(' '));
  }
  return found;
}

/** getfattr writes control bytes and the backslash as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

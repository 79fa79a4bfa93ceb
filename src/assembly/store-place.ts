import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Account } from '../model/account.js';
import { DmError } from '../model/error.js';
import { type ObjectAccount, parseDirectoryUri } from '../model/object-account.js';
import type { Log } from '../observe/log.js';

/** Directories of the agent that a directory account has to stay apart from. */
export interface AgentDirectories {
  readonly stateDir: string;
  readonly roots: readonly string[];
}

/**
 * Why the directory of an account cannot be where it is; null when it can. Keys and policies are no
 * objects, and a store below a root would be captured with a tree, served to peers and written over
 * by copies. Only `--root /` holds every directory; and what is only read may lie anywhere else.
 */
export function misplacedStore(
  { type, uri, store }: Pick<ObjectAccount, 'type' | 'uri' | 'store'>,
  { stateDir, roots }: AgentDirectories,
): string | null {
  if (type !== 'DIRECTORY') return null;
  const path = parseDirectoryUri(uri);
  const shown = `--uri "${uri.slice(0, 100)}"`;
  if (nested(path, stateDir)) {
    return `${shown} and the state directory of the agent lie in one another; give another directory`;
  }
  const root = roots.find((one) => one !== '/' && nested(path, one));
  if (root === undefined || store.readOnly) return null;
  return `${shown} and the root ${root} of the agent lie in one another; give a directory outside every --root, or --read-only=true if backups are only read there`;
}

/** Throws `invalid_argument` with what `misplacedStore` says. */
export function refuseMisplaced(account: Omit<ObjectAccount, 'id'>, own: AgentDirectories): void {
  const problem = misplacedStore(account, own);
  if (problem !== null) throw new DmError('invalid_argument', problem);
}

/** Logs the accounts of earlier that would be refused now; they go on as they are. */
export async function warnOfMisplaced(
  accounts: AsyncIterable<Account>,
  own: AgentDirectories,
  log: Log,
): Promise<void> {
  for await (const account of accounts) {
    const problem = account.type === 'DM' ? null : misplacedStore(account, own);
    if (problem !== null) log.warn({ account: account.name }, problem);
  }
}

/** True for one path, and for one that lies below the other. */
function nested(one: string, other: string): boolean {
  const [a = '', b = ''] = [one, other].map((path) => `${realPath(path)}/`);
  return a.startsWith(b) || b.startsWith(a);
}

/** Without links, as far as it is there. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPath(above), path.slice(above.length));
  }
}

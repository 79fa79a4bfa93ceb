import type { ConfigEntry } from '../../config/config-document.js';

export interface Protection {
  /** Policies are called NAME-make, NAME-copy, NAME-expire and NAME-expire-copies. */
  readonly name: string;
  readonly path: string;
  readonly account: string;
  readonly accountIsObject: boolean;
  readonly targetPath: string;
  /** Cron expression. */
  readonly recurrence: string;
  readonly keep: number;
  /** The target is where the tree at `path` was received from. */
  readonly reverse: boolean;
}

/**
 * The policies that make datasets of a tree, copy them on and remove the old ones. With a retention
 * period of 0 a dataset may go, at either place, as soon as it is not among the newest that are
 * kept. Here that follows the making and not the copying: a target that is away must not fill this
 * disk. A peer removes by itself what it received from us.
 */
export function protectionChain(protection: Protection): ConfigEntry[] {
  const { name, path, account, targetPath, keep, recurrence } = protection;
  const here: ConfigEntry = {
    name: `${name}-make`,
    type: 'CREATION',
    'creation-account-id': 'local',
    'creation-base-path': path,
    'creation-dataset-retention-period': 0,
    'creation-dataset-reserve': keep,
    recurrence: [recurrence],
  };
  const copy: ConfigEntry = {
    name: `${name}-copy`,
    type: 'REPEAT_COPY',
    'parent-exec-policy-id': `${name}-make`,
    'repeat-copy-source-base-path': path,
    'repeat-copy-base-source-account-id': 'local',
    'repeat-copy-base-target-account-id': account,
    'repeat-copy-base-target-base-path': targetPath,
    'repeat-copy-base-target-dataset-type': protection.accountIsObject
      ? 'FILE_ON_OBJECT_BACKUP'
      : 'FILE',
    'repeat-copy-base-dataset-retention-period': 0,
    'repeat-copy-base-dataset-reserve': keep,
    'repeat-copy-reconnect': protection.reverse,
  };
  const expire: ConfigEntry = {
    name: `${name}-expire`,
    type: 'EXPIRATION',
    'parent-exec-policy-id': `${name}-make`,
    'expiration-account-id': 'local',
  };
  const expireCopies: ConfigEntry = {
    name: `${name}-expire-copies`,
    type: 'EXPIRATION',
    'parent-exec-policy-id': `${name}-copy`,
    'expiration-account-id': account,
  };
  return [here, copy, expire, ...(protection.accountIsObject ? [expireCopies] : [])];
}

import type { FilesystemKind } from '../filesystems.js';

/** What a job of the kill test does. */
export type KillTask =
  | 'capture'
  | 'push'
  | 'backup'
  | 'expiry'
  | 'peer expiry'
  | 'store expiry'
  | 'prune';

/** A change of the disk, or of the state database, by whatever call it is made. */
export type Operation =
  | 'rename'
  | 'link'
  | 'remove'
  | 'mkdir'
  | 'write'
  | 'clone'
  | 'punch'
  | 'sync'
  | 'syncfs'
  | 'owner'
  | 'times'
  | 'snapshot'
  | 'unsnapshot'
  | 'state';

/** Where an agent is killed: right before or right after one change that its job makes. */
export interface KillPoint {
  readonly name: string;
  readonly victim: 'sender' | 'receiver';
  readonly during: KillTask;
  readonly operation: Operation;
  /**
   * Where the change is, real and absolute; of `state` a line `put <key>` or
   * `del <key>` for each change of the batch.
   */
  readonly path: RegExp;
  /** What a renamed file holds; null: whatever it is. */
  readonly holds: RegExp | null;
  readonly moment: 'before' | 'after';
  /** The point is the 1st to this one of such changes. */
  readonly upTo: number;
  /** Jobs that come to it. */
  readonly kind: 'any' | 'baseline' | 'increment';
  /** File systems on which jobs come to it. */
  readonly on: readonly FilesystemKind[];
}

type Rest = Partial<Pick<KillPoint, 'holds' | 'moment' | 'upTo' | 'kind' | 'on'>>;

export function pointsOf(
  during: KillTask,
  victim: KillPoint['victim'],
): (name: string, operation: Operation, path: RegExp, rest?: Rest) => KillPoint {
  return (name, operation, path, rest = {}) => ({
    ...{ name: `${during}: ${name}`, victim, during, operation, path },
    ...{ holds: null, moment: 'before', upTo: 1, kind: 'any', on: ['xfs', 'btrfs', 'ext4'] },
    ...rest,
  });
}

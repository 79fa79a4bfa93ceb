import type { TaskRunner } from '../endpoint/copy-task.js';
import type { DatasetExpirer } from '../endpoint/dataset-expirer.js';
import type { DatasetLocker } from '../endpoint/dataset-locker.js';
import type { DatasetMaker } from '../endpoint/dataset-maker.js';
import type { Source } from '../endpoint/source.js';
import type { Target } from '../endpoint/target.js';
import type { CappedMaker } from '../endpoint/wrap/capped-maker.js';
import { ScopedMaker } from '../endpoint/wrap/scoped-maker.js';
import { ScopedSource } from '../endpoint/wrap/scoped-source.js';
import { ScopedTarget } from '../endpoint/wrap/scoped-target.js';
import { PEER_RIGHTS } from '../model/peer-right.js';
import {
  type AccessFor,
  asRefused,
  type Caller,
  describeCaller,
  ownerOf,
  type PeerAccess,
} from '../rpc/peer-access.js';
import { everywhere, type PeerRules, type Reach, reaches, reachOf } from '../security/grants.js';
import type { PeerIdentity } from '../security/trust.js';
import type { PeerLocks } from '../state/peer-locks.js';
import type { AskersPlace } from './task-runner.js';

export interface PeerAccessModules {
  readonly source: Source;
  /** The local place without limits: for this agent itself. */
  readonly own: {
    readonly target: Target;
    readonly unprivileged: Target;
    readonly maker: DatasetMaker;
  };
  /** Expiry of the datasets that are meant. */
  readonly expirer: {
    only(isMeant: (dataset: { readonly basePath: Uint8Array }) => boolean): DatasetExpirer;
  };
  readonly locks: PeerLocks;
  /** Carries out copies, with the local place as the asker has it. */
  readonly tasks: { for(asker: string, here: AskersPlace): TaskRunner };
  /** Told of every call, with the caller as an owner. */
  readonly onCall: (owner: string) => void;
  /** The local place as peers have it, within the limits of each. */
  readonly peers: {
    readonly privileged: Target;
    /** Does not set setuid bits, devices and security attributes. */
    readonly unprivileged: Target;
    readonly maker: CappedMaker;
  };
  /** As they are now. */
  readonly rules: () => PeerRules;
}

/**
 * What a caller finds at this agent: the local place, as far as grants and `--peer-access` go. This
 * agent itself, through its loopback account, has every right.
 */
export function peerAccess({
  source,
  own,
  peers,
  expirer,
  locks,
  tasks,
  onCall,
  rules,
}: PeerAccessModules): AccessFor {
  const withTasks = (caller: Caller, access: Omit<PeerAccess, 'tasks'>): PeerAccess => ({
    ...access,
    tasks: tasks.for(describeCaller(caller), access),
  });
  return (caller: Caller) => {
    const now = rules();
    const owner = ownerOf(caller);
    const locker = lockerOf(owner, locks);
    onCall(owner);
    if (typeof caller === 'string') {
      const everything = { expirer: expirer.only(() => true), locker };
      // Who comes with a ticket of ours comes from outside: `--peer-access` holds.
      const rights = caller === 'local' ? now.ceiling : PEER_RIGHTS;
      const target = rights.includes('privileged') ? own.target : own.unprivileged;
      const reach = everywhere(rights, now.roots);
      return withTasks(caller, { source, target, maker: own.maker, ...everything, reach });
    }
    const reach = reachOf(caller, now);
    const maker = peers.maker.for(owner);
    const expiring = expirer.only(({ basePath }) => reaches(reach, 'expire', basePath));
    if (now.grantsOnly) {
      const within = scoped(caller, reach, { source, maker, peers });
      return withTasks(caller, { ...within, expirer: expiring, locker });
    }
    const target = reach.has('privileged') ? peers.privileged : peers.unprivileged;
    return withTasks(caller, { source, target, maker, expirer: expiring, locker, reach });
  };
}

function lockerOf(owner: string, locks: PeerLocks): DatasetLocker {
  return {
    hold: (holder, { id, basePath }) =>
      locks.hold({ owner, holder, id, basePath: Buffer.from(basePath).toString('base64') }),
    release: (holder) => locks.release({ owner, holder }),
  };
}

function scoped(
  caller: PeerIdentity,
  reach: Reach,
  modules: {
    source: Source;
    maker: DatasetMaker;
    peers: { privileged: Target; unprivileged: Target };
  },
): Omit<PeerAccess, 'expirer' | 'locker' | 'tasks'> {
  const options = { reach, party: asRefused(caller) };
  const source = new ScopedSource(options, modules);
  const maker = new ScopedMaker(options, { maker: modules.maker, source });
  return { source, target: new ScopedTarget(options, modules.peers), maker, reach };
}

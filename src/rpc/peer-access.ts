import type { TaskRunner } from '../endpoint/copy-task.js';
import type { DatasetExpirer } from '../endpoint/dataset-expirer.js';
import type { DatasetLocker } from '../endpoint/dataset-locker.js';
import type { DatasetMaker } from '../endpoint/dataset-maker.js';
import type { Source } from '../endpoint/source.js';
import type { Target } from '../endpoint/target.js';
import type { Reach } from '../security/grants.js';
import type { RefusedParty } from '../security/right-refusal.js';
import type { PeerIdentity } from '../security/trust.js';

/**
 * Who calls, or in whose name: a verified peer, this agent itself through its own peer protocol, or
 * policies of this agent whose work a peer does (`local`, with a ticket only).
 */
export type Caller = PeerIdentity | 'loopback' | 'local';

/**
 * What one caller finds here. The ports refuse by themselves what lies outside the caller's reach.
 */
export interface PeerAccess {
  readonly source: Source;
  readonly target: Target;
  readonly maker: DatasetMaker;
  readonly expirer: DatasetExpirer;
  /** Locks of this caller. */
  readonly locker: DatasetLocker;
  /** Copies that this agent carries out for this caller. */
  readonly tasks: TaskRunner;
  readonly reach: Reach;
}

/** Asked at every call, so that a changed grant counts at once. */
export type AccessFor = (caller: Caller) => PeerAccess;

/**
 * Names a caller as the owner of the trees it writes: the same after a renewal of its certificate.
 */
export function ownerOf(caller: Caller): string {
  return typeof caller === 'string' ? caller : `spki:${caller.spki}`;
}

/** A caller as the refusal of a call names it. */
export function asRefused(caller: Caller): RefusedParty {
  return { description: describeCaller(caller), identity: ownerOf(caller) };
}

/** For people: name and key of a caller. */
export function describeCaller(caller: Caller): string {
  if (typeof caller === 'string') return `this agent (${caller})`;
  return `peer "${caller.commonName ?? 'without name'}" (spki:${caller.spki})`;
}

import { isWithin } from '../model/absolute-path.js';
import type { Grant, GrantIdentity } from '../model/grant.js';
import { PEER_RIGHTS, type PeerRight } from '../model/peer-right.js';
import type { PeerIdentity } from './trust.js';

/**
 * The directories at and below which somebody has each right; a right
 * that is not in it is had nowhere.
 */
export type Reach = ReadonlyMap<PeerRight, readonly Uint8Array[]>;

/** What decides about the rights of peers, at one moment. */
export interface PeerRules {
  /** No grant goes beyond it. */
  readonly ceiling: readonly PeerRight[];
  /** Data roots of this agent: grants of directories elsewhere give nothing. */
  readonly roots: readonly Uint8Array[];
  readonly grants: readonly Grant[];
  /** True from the first grant on: who has none has no right then. */
  readonly grantsOnly: boolean;
}

/** Where a verified peer has which right. */
export function reachOf(identity: PeerIdentity, rules: PeerRules): Reach {
  if (!rules.grantsOnly) return everywhere(rules.ceiling, rules.roots);
  const own = rules.grants
    .filter((grant) => matches(grant.identity, identity))
    .map(({ root, allow }) => ({ root: Buffer.from(root, 'base64'), allow }))
    .filter(({ root }) => rules.roots.some((data) => isWithin(data, root)));
  const reach = new Map<PeerRight, readonly Uint8Array[]>();
  for (const right of PEER_RIGHTS) {
    if (!rules.ceiling.includes(right)) continue;
    const roots = own.filter(({ allow }) => allow.includes(right)).map(({ root }) => root);
    if (roots.length > 0) reach.set(right, roots);
  }
  return reach;
}

/** The same rights at and below every one of some directories. */
export function everywhere(rights: readonly PeerRight[], roots: readonly Uint8Array[]): Reach {
  return new Map(rights.map((right) => [right, roots]));
}

/** True when somebody has a right at a path. */
export function reaches(reach: Reach, right: PeerRight, path: Uint8Array): boolean {
  return (reach.get(right) ?? []).some((root) => isWithin(root, path));
}

/** True when `now` lacks a right, or a directory of a right, that `before` had. */
export function isNarrower(now: Reach, before: Reach): boolean {
  return [...before].some(([right, roots]) => roots.some((root) => !reaches(now, right, root)));
}

function matches(wanted: GrantIdentity, identity: PeerIdentity): boolean {
  switch (wanted.kind) {
    case 'key':
      return wanted.spki === identity.spki;
    case 'certificate':
      return wanted.fingerprint === identity.certificateFingerprint;
    case 'name':
      return wanted.commonName === identity.commonName && wanted.caSpki === identity.caSpki;
  }
}

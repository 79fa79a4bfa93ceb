import { expect } from 'chai';
import fc from 'fast-check';
import { isWithin } from '../../../src/model/absolute-path.js';
import type { Grant, GrantIdentity } from '../../../src/model/grant.js';
import { parseSpkiFingerprint } from '../../../src/model/ids.js';
import { PEER_RIGHTS, type PeerRight } from '../../../src/model/peer-right.js';
import {
  everywhere,
  isNarrower,
  type PeerRules,
  reaches,
  reachOf,
} from '../../../src/security/grants.js';
import type { PeerIdentity } from '../../../src/security/trust.js';

const KEY = parseSpkiFingerprint('a1'.repeat(32));
const CA = parseSpkiFingerprint('ca'.repeat(32));
const OTHER = parseSpkiFingerprint('b2'.repeat(32));
const PEER: PeerIdentity = {
  spki: KEY,
  commonName: 'alpha',
  caFingerprint: 'cf'.repeat(32),
  caSpki: CA,
  certificateFingerprint: 'cc'.repeat(32),
  notAfter: new Date(0),
  dnsNames: [],
  ipAddresses: [],
};
const BY_KEY: GrantIdentity = { kind: 'key', spki: KEY };

function grant(identity: GrantIdentity, root: string, ...allow: PeerRight[]): Grant {
  return { id: 1, identity, root: Buffer.from(root).toString('base64'), allow, createdAtMs: 0 };
}

function rules(grants: readonly Grant[], change: Partial<PeerRules> = {}): PeerRules {
  const roots = [Buffer.from('/data'), Buffer.from('/srv')];
  return { ceiling: PEER_RIGHTS, roots, grants, grantsOnly: true, ...change };
}

function may(rule: PeerRules, right: PeerRight, path: string): boolean {
  return reaches(reachOf(PEER, rule), right, Buffer.from(path));
}

describe('rights of peers', () => {
  it('are the ceiling everywhere as long as there never was a grant', () => {
    const open = rules([], { grantsOnly: false, ceiling: ['read'] });
    expect(may(open, 'read', '/srv/x')).to.equal(true);
    expect(may(open, 'write', '/srv/x')).to.equal(false);
    expect(may(open, 'read', '/etc')).to.equal(false);
  });

  it('are nothing for who has no grant, even when all grants are gone', () => {
    expect([...reachOf(PEER, rules([]))]).to.deep.equal([]);
    const others = [grant({ kind: 'key', spki: OTHER }, '/data', 'read')];
    expect([...reachOf(PEER, rules(others))]).to.deep.equal([]);
  });

  it('hold at and below the directory of the grant, by whole names', () => {
    const one = rules([grant(BY_KEY, '/data/a', 'read')]);
    expect(may(one, 'read', '/data/a')).to.equal(true);
    expect(may(one, 'read', '/data/a/b')).to.equal(true);
    for (const path of ['/data', '/data/a2', '/data/b', '/data/a/../b', '/data/A', '/']) {
      expect(may(one, 'read', path), path).to.equal(false);
    }
    expect(may(one, 'write', '/data/a')).to.equal(false);
  });

  it('add up over the grants of one peer, each where it is given', () => {
    const both = rules([grant(BY_KEY, '/data/a', 'read'), grant(BY_KEY, '/data/b', 'write')]);
    expect(may(both, 'write', '/data/b')).to.equal(true);
    expect(may(both, 'write', '/data/a')).to.equal(false);
    expect(may(both, 'read', '/data/b')).to.equal(false);
  });

  it('never go beyond the ceiling, nor outside the roots of the agent', () => {
    const wide = [grant(BY_KEY, '/data', ...PEER_RIGHTS), grant(BY_KEY, '/etc', ...PEER_RIGHTS)];
    expect(may(rules(wide, { ceiling: ['read'] }), 'write', '/data/x')).to.equal(false);
    expect(may(rules(wide), 'read', '/etc/passwd')).to.equal(false);
    expect(may(rules([grant(BY_KEY, '/', 'read')]), 'read', '/data')).to.equal(false);
  });

  it('are found by certificate, and by name together with the CA', () => {
    const certificate = { kind: 'certificate', fingerprint: PEER.certificateFingerprint } as const;
    expect(may(rules([grant(certificate, '/data', 'read')]), 'read', '/data')).to.equal(true);
    const name = { kind: 'name', commonName: 'alpha', caSpki: CA, caName: 'ours' } as const;
    expect(may(rules([grant(name, '/data', 'read')]), 'read', '/data')).to.equal(true);
    for (const wrong of [
      { ...name, caSpki: OTHER },
      { ...name, commonName: 'Alpha' },
      { kind: 'certificate', fingerprint: KEY } as const,
    ]) {
      expect([...reachOf(PEER, rules([grant(wrong, '/data', 'read')]))]).to.deep.equal([]);
    }
  });

  it('are narrower when any path lost any right', () => {
    const paths = fc.constantFrom('/data', '/data/a', '/data/a/b', '/data/ab', '/srv');
    const right = fc.constantFrom(...PEER_RIGHTS);
    const grants = fc.array(
      fc.tuple(paths, right).map(([path, allow]) => grant(BY_KEY, path, allow)),
      { maxLength: 5 },
    );
    const property = fc.property(grants, grants, paths, right, (before, now, path, wanted) => {
      const old = reachOf(PEER, rules(before));
      const present = reachOf(PEER, rules(now));
      const lost =
        reaches(old, wanted, Buffer.from(path)) && !reaches(present, wanted, Buffer.from(path));
      if (lost) expect(isNarrower(present, old)).to.equal(true);
      const more = reachOf(PEER, rules([...before, ...now]));
      expect(isNarrower(more, old)).to.equal(false);
    });
    fc.assert(property);
    expect(isNarrower(everywhere([], []), everywhere(['read'], [Buffer.from('/')]))).to.equal(true);
  });
});

describe('a path within a directory', () => {
  it('is found by whole components, whatever the slashes', () => {
    const within = (directory: string, path: string) =>
      isWithin(Buffer.from(directory), Buffer.from(path));
    expect(within('/', '/x')).to.equal(true);
    expect(within('/data/', '//data///x/')).to.equal(true);
    expect(within('/data', '/data2')).to.equal(false);
    expect(within('/data', 'data/x')).to.equal(false);
    expect(within('/data', '/data/./x')).to.equal(false);
    expect(within('/data/..x', '/data/..x/y')).to.equal(true);
  });
});

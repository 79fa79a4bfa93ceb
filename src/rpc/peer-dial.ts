import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { SpkiFingerprint } from '../model/ids.js';
import { parseCertificate } from '../security/certificate.js';
import type { TlsMaterial } from '../security/tls-material.js';
import type { PeerIdentity } from '../security/trust.js';
import {
  PeerClientCredentials,
  type SingleConnectionCredentials,
  UnixSocketCredentials,
} from './client-credentials.js';
import type { Pace } from './pacing/bandwidth-pacing.js';

/** How to reach another agent. */
export interface TlsDial {
  readonly kind: 'tls';
  /** "host:port", tried in this order. */
  readonly addresses: readonly string[];
  readonly strictHostname: boolean;
  /** What to present and whom to trust, as of now: asked at every connection. */
  readonly material: () => TlsMaterial;
  /** Checks the chain a server presented (DER, leaf first) as of now; throws `peer_untrusted`. */
  readonly verify: (chain: readonly Uint8Array[]) => PeerIdentity;
  /** The pin: has the last word on a verified server. Throws `peer_key_mismatch`. */
  readonly admit: (identity: PeerIdentity) => void;
}

/** This agent itself, by its own socket. */
export interface UnixDial {
  readonly kind: 'unix';
  readonly path: string;
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

/**
 * The IP address that will be connected to, or '' when it has no say.
 * Connecting tells what is wrong with a name.
 */
export async function ipOf(dial: TlsDial | UnixDial, address: string): Promise<string> {
  if (dial.kind === 'unix') return '';
  const host = hostOf(address);
  if (isIP(host) !== 0) return host;
  return await lookup(host).then(
    (found) => found.address,
    () => '',
  );
}

/** Credentials for one connection to the address. */
export function credentialsFor(
  dial: TlsDial | UnixDial,
  address: string,
  pace: (address: string) => Pace,
): SingleConnectionCredentials {
  if (dial.kind === 'unix') return new UnixSocketCredentials();
  const { strictHostname, verify, admit } = dial;
  return new PeerClientCredentials({
    host: hostOf(address),
    pace,
    material: dial.material(),
    strictHostname,
    verify,
    admit,
  });
}

/** Of the identity that is presented. */
export function ownKey(dial: TlsDial): SpkiFingerprint {
  return parseCertificate(dial.material().certPem).spkiSha256;
}

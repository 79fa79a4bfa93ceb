import { type DataRoot, rootOf } from '../../endpoint/local/layout/data-root.js';
import { normalAbsolute } from '../../model/absolute-path.js';
import { DmError } from '../../model/error.js';
import type { Grant, GrantIdentity } from '../../model/grant.js';
import { parseSpkiFingerprint } from '../../model/ids.js';
import { PEER_RIGHTS, type PeerRight } from '../../model/peer-right.js';
import type { CreateGrantRequest__Output } from '../../rpc/generated/control/datamover/v1/CreateGrantRequest.js';
import type { Grant as GrantView } from '../../rpc/generated/control/datamover/v1/Grant.js';
import type { PeerAccessView } from '../../rpc/generated/control/datamover/v1/PeerAccessView.js';
import type { Ref__Output } from '../../rpc/generated/control/datamover/v1/Ref.js';
import type { Clock } from '../../util/clock.js';
import { parseEscaped } from '../../util/escape.js';
import type { GrantStore } from '../grant-store.js';
import type { TrustStore } from '../trust-store.js';
import { pathFields, timeText } from './views.js';

const MAX_NAME = 255;

export interface GrantHandlerModules {
  readonly grants: GrantStore;
  readonly trust: TrustStore;
  readonly roots: readonly DataRoot[];
  readonly clock: Clock;
  /** What `--peer-access` says. */
  readonly ceiling: readonly PeerRight[];
}

/** The commands about the rights of peers. */
export function grantHandlers(modules: GrantHandlerModules) {
  const { grants, trust, roots, clock, ceiling } = modules;
  const view = (): PeerAccessView => ({
    ceiling: [...ceiling],
    without_grant: grants.grantsOnly ? [] : [...ceiling],
    grants: grants.grants.length,
  });
  return {
    createGrant: async (request: CreateGrantRequest__Output) => {
      const root = normalAbsolute(parseEscaped(request.root));
      rootOf(roots, root);
      const id = await grants.create({
        identity: parseIdentity(request, trust),
        root: root.toString('base64'),
        allow: request.allow.map(parseRight),
        createdAtMs: clock.now(),
      });
      return { id: String(id) };
    },
    listGrants: async () => ({ grants: grants.grants.map((grant) => grantView(grant, ceiling)) }),
    deleteGrant: async (request: Ref__Output) => {
      await grants.delete(request.ref);
      return {};
    },
    getPeerAccess: async () => view(),
    resetPeerAccess: async () => {
      await grants.reset();
      return view();
    },
  };
}

function parseIdentity(request: CreateGrantRequest__Output, trust: TrustStore): GrantIdentity {
  const { identity, ca } = request;
  const name = /^CN=(.+)$/s.exec(identity)?.[1];
  if (name === undefined) {
    if (ca !== '') {
      throw invalid('--ca goes with --identity CN=NAME; a fingerprint needs none, leave --ca out');
    }
    return parseFingerprint(identity);
  }
  if (ca === '') {
    throw invalid(`any CA could give out the name "${name}"; say with --ca=NAME which one counts`);
  }
  if (name.length > MAX_NAME) throw invalid(`name "${name.slice(0, 40)}…" is too long`);
  const { certificate, name: caName } = trust.find('ca', ca);
  return { kind: 'name', commonName: name, caSpki: certificate.spkiSha256, caName };
}

function parseFingerprint(text: string): GrantIdentity {
  const plain = text.replaceAll(':', '').toLowerCase();
  const match = /^(spki|sha256)?([0-9a-f]{64})$/.exec(plain);
  const digits = match?.[2];
  if (digits === undefined) {
    throw invalid(
      `identity "${text.slice(0, 100)}" is neither spki: and the SHA-256 of a public key, nor the SHA-256 of a certificate, nor CN=NAME; the log of refused calls shows it`,
    );
  }
  if (match?.[1] === 'spki') return { kind: 'key', spki: parseSpkiFingerprint(digits) };
  return { kind: 'certificate', fingerprint: digits };
}

function parseRight(text: string): PeerRight {
  const right = PEER_RIGHTS.find((known) => known === text);
  if (right !== undefined) return right;
  throw invalid(`right "${text}" is not one of ${PEER_RIGHTS.join(', ')}`);
}

function invalid(message: string): DmError {
  return new DmError('invalid_argument', message);
}

function grantView(grant: Grant, ceiling: readonly PeerRight[]): GrantView {
  const { path, path_base64 } = pathFields(Buffer.from(grant.root, 'base64'));
  return {
    id: grant.id,
    identity: identityText(grant.identity),
    ca: grant.identity.kind === 'name' ? grant.identity.caName : '',
    root: path,
    root_base64: path_base64,
    allow: [...grant.allow],
    beyond_ceiling: grant.allow.filter((right) => !ceiling.includes(right)),
    created_at: timeText(grant.createdAtMs),
  };
}

function identityText(identity: GrantIdentity): string {
  switch (identity.kind) {
    case 'key':
      return `spki:${identity.spki}`;
    case 'certificate':
      return identity.fingerprint;
    case 'name':
      return `CN=${identity.commonName}`;
  }
}

import type { DataRoot } from '../endpoint/local/layout/data-root.js';
import { type FilesystemInfo, statFilesystem } from '../endpoint/local/sys/filesystem.js';
import { LOOPBACK_ACCOUNT_ID } from '../model/ids.js';
import type { Policy } from '../model/policy.js';
import { placeOf } from '../model/policy-place.js';
import type { Policies } from '../policy/policies.js';
import { outcomeAt, type PolicyOutcome, type PolicyOutcomes } from '../policy/policy-outcomes.js';
import type { Certificate } from '../security/certificate.js';
import { isSuperseded } from '../security/revocation.js';
import type { AccountStore } from './account-store.js';
import type { SnapshotSpace } from './snapshot-space.js';
import type { TrustStore } from './trust-store.js';

/** A policy, the place it brings datasets to, and how it went. */
export interface PolicyOverview {
  readonly policy: Policy;
  /** Name of the account; `local` for this agent. */
  readonly place: string;
  /** Base path at the place, as the policy has it. */
  readonly path: string;
  readonly outcome: PolicyOutcome | null;
}

export interface CertificateOverview {
  readonly kind: 'ca' | 'identity' | 'crl';
  readonly name: string;
  readonly expiresAtMs: number;
  /** Another one that is installed has taken its place: nothing depends on it. */
  readonly superseded: boolean;
}

export interface OverviewModules {
  readonly policies: Policies;
  readonly outcomes: PolicyOutcomes;
  readonly accounts: AccountStore;
  readonly trust: TrustStore;
  readonly roots: readonly DataRoot[];
  readonly space: SnapshotSpace;
}

export interface RootOverview {
  readonly path: Uint8Array;
  readonly filesystem: FilesystemInfo;
  /** What datasets take beside the live trees; null until it was measured. */
  readonly snapshotBytes: number | null;
}

/**
 * What an operator and a monitor want to know of this agent, from its
 * own state: nobody is called for it.
 */
export class Overview {
  readonly #modules: OverviewModules;

  constructor(modules: OverviewModules) {
    this.#modules = modules;
  }

  async policies(): Promise<PolicyOverview[]> {
    const { policies, outcomes } = this.#modules;
    const names = await this.#accountNames();
    const ends = await outcomes.all();
    const found: PolicyOverview[] = [];
    for await (const policy of policies.list()) {
      const at = placeOf(policy);
      const place = names.get(at.accountId) ?? at.accountId;
      const outcome = outcomeAt(at, ends.get(policy.id) ?? null);
      found.push({ policy, place, path: at.path, outcome });
    }
    return found;
  }

  async certificates(): Promise<CertificateOverview[]> {
    const { cas, identities, crls } = this.#modules.trust;
    const named = new Set<string>();
    for await (const account of this.#modules.accounts.list()) {
      if ('clientCertificateId' in account) named.add(account.clientCertificateId);
    }
    const trusted = cas.map(({ certificate }) => certificate);
    const lists = crls.map(({ list }) => list);
    return [
      ...cas.map(({ name, certificate }) => ({
        kind: 'ca' as const,
        name,
        expiresAtMs: certificate.notAfter.getTime(),
        superseded: trusted.some(
          (other) => other.spkiSha256 === certificate.spkiSha256 && isLater(other, certificate),
        ),
      })),
      ...identities.map(({ id, name, certificate }) => ({
        kind: 'identity' as const,
        name,
        expiresAtMs: certificate.notAfter.getTime(),
        // Each connection takes the newest, unless its account names another.
        superseded:
          !named.has(id) && identities.some((other) => isLater(other.certificate, certificate)),
      })),
      ...crls.map(({ name, list }) => ({
        kind: 'crl' as const,
        name,
        expiresAtMs: list.nextUpdate.getTime(),
        superseded: isSuperseded(list, lists, trusted),
      })),
    ];
  }

  roots(): RootOverview[] {
    const { roots, space } = this.#modules;
    const bytes = space.latest();
    return roots.map((root) => ({
      path: root.path,
      filesystem: statFilesystem(root.fd),
      snapshotBytes: bytes.get(root) ?? null,
    }));
  }

  async #accountNames(): Promise<ReadonlyMap<string, string>> {
    const { accounts } = this.#modules;
    const names = new Map<string, string>([
      [accounts.localId, 'local'],
      [LOOPBACK_ACCOUNT_ID, 'loopback'],
    ]);
    for await (const { id, name } of accounts.list()) names.set(id, name);
    return names;
  }
}

function isLater(one: Certificate, other: Certificate): boolean {
  return one.notBefore > other.notBefore && one.notAfter > other.notAfter;
}

import type { DataRoot } from '../endpoint/local/layout/data-root.js';
import { type FilesystemInfo, statFilesystem } from '../endpoint/local/sys/filesystem.js';
import { LOOPBACK_ACCOUNT_ID } from '../model/ids.js';
import type { Policy } from '../model/policy.js';
import type { Policies } from '../policy/policies.js';
import type { PolicyOutcome, PolicyOutcomes } from '../policy/policy-outcomes.js';
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
      const { accountId, path } = placeOf(policy);
      const place = names.get(accountId) ?? accountId;
      found.push({ policy, place, path, outcome: ends.get(policy.id) ?? null });
    }
    return found;
  }

  certificates(): CertificateOverview[] {
    const { trust } = this.#modules;
    const dated = (kind: 'ca' | 'identity') => (installed: (typeof trust.cas)[number]) => ({
      kind,
      name: installed.name,
      expiresAtMs: installed.certificate.notAfter.getTime(),
    });
    return [
      ...trust.cas.map(dated('ca')),
      ...trust.identities.map(dated('identity')),
      ...trust.crls.map(({ name, list }) => ({
        kind: 'crl' as const,
        name,
        expiresAtMs: list.nextUpdate.getTime(),
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

function placeOf({ rule }: Policy): { accountId: string; path: string } {
  if (rule.type === 'EXPIRATION') return { accountId: rule.accountId, path: '' };
  return rule.type === 'CREATION'
    ? { accountId: rule.accountId, path: rule.basePath }
    : { accountId: rule.targetAccountId, path: rule.targetBasePath };
}

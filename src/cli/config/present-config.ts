import type {
  ConfigDocument,
  ConfigEntry,
  ConfigValue,
  Section,
} from '../../config/config-document.js';
import { LOOPBACK_ACCOUNT_ID } from '../../model/ids.js';
import { BASE_POLICY_FLAGS, POLICY_FLAGS, type PolicyFlag } from '../commands/policy-flags.js';
import type { ControlClient } from '../control-client.js';
import type { Account, Certificate, Policy } from '../control-messages.js';
import { fieldValue } from '../format/field-text.js';
import { SECRET_FILES } from './file-options.js';

/** By these options an object is found again, whatever its kind. */
const TELLS_APART = ['name', 'fingerprint', 'netmask', 'window', 'identity', 'ca', 'root', 'allow'];

/** Names of objects by id, as the document refers to them. */
interface Names {
  readonly accounts: ReadonlyMap<string, string>;
  readonly certificates: ReadonlyMap<string, string>;
  readonly policies: ReadonlyMap<string, string>;
  readonly bases: ReadonlyMap<string, string>;
}

export interface PresentConfig {
  readonly document: ConfigDocument;
  /** Ids of the objects that have no name. */
  readonly ids: ReadonlyMap<ConfigEntry, string>;
  /** COPY policies that have run, which are over: a setup does not have them, but their names are taken. */
  readonly spent: ReadonlySet<ConfigEntry>;
}

/**
 * How an agent is set up now, the same for all that are set up so: objects are in the order of what tells them apart.
 * Secrets and the files they came from are not known: such options are left empty.
 */
export async function presentConfig(client: ControlClient): Promise<PresentConfig> {
  const { certificates: cas } = await client.listCaCertificates({});
  const { certificates: identities } = await client.listIdentityCertificates({});
  const { crls } = await client.listCrls({});
  const settings = await client.getCertificateSettings({});
  const { local_account_id } = await client.getAgent({});
  const { accounts } = await client.listAccounts({});
  const { grants } = await client.listGrants({});
  const { rules } = await client.listBwRules({});
  const throttling = await client.getThrottlingSettings({});
  const { base_policies: bases } = await client.listBasePolicies({});
  const { policies } = await client.listPolicies({});
  const builtIn = new Map([
    [local_account_id, 'local'],
    [LOOPBACK_ACCOUNT_ID, 'loopback'],
  ]);
  const own = accounts.filter(({ id }) => !builtIn.has(id));
  const names: Names = {
    accounts: new Map([...own.map(({ id, name }) => [id, name] as const), ...builtIn]),
    certificates: new Map([...cas, ...identities].map(({ id, name }) => [id, name])),
    policies: new Map(policies.map(({ id, name }) => [String(id), name])),
    bases: new Map(bases.map(({ id, name }) => [String(id), name])),
  };
  const ids = new Map<ConfigEntry, string>();
  const unnamed = (id: number | string, entry: ConfigEntry) => {
    ids.set(entry, String(id));
    return entry;
  };
  const spent = new Set<ConfigEntry>();
  const policyOf = (policy: Policy): ConfigEntry => {
    const entry = policyEntry(policy, names);
    if (policy.spent) spent.add(entry);
    return entry;
  };
  const document: Partial<Record<Section, readonly ConfigEntry[]>> = {
    'certificates.ca': cas.map((one) => certificateEntry(one, SECRET_FILES.ca)),
    'certificates.identity': identities.map((one) => certificateEntry(one, SECRET_FILES.identity)),
    'certificates.crl': crls.map(({ name }) => ({ name, ...empty(SECRET_FILES.crl) })),
    'certificates.revoked': settings.revoked_fingerprints.map((fingerprint) =>
      unnamed(fingerprint, { fingerprint }),
    ),
    'certificates.settings': [{ 'strict-hostname-check': settings.strict_hostname_check }],
    accounts: own.map((account) => accountEntry(account, names)),
    grants: grants.map(({ id, identity, ca, root, allow }) =>
      unnamed(
        id,
        given({ identity, ca, root, allow: allow.length === 0 ? 'none' : allow.join(',') }),
      ),
    ),
    'throttling.bw-rules': rules.map(({ id, netmask, bw_limit, window }) =>
      unnamed(id, given({ netmask, 'bw-limit': bw_limit, window })),
    ),
    'throttling.settings': [
      {
        'allowed-cpu-threshold': throttling.allowed_cpu_threshold,
        'system-cpu-load-threshold': throttling.system_cpu_load_threshold,
      },
    ],
    'base-policies': bases.map((base) => ({
      name: base.name,
      ...flagEntry(base, BASE_POLICY_FLAGS, names),
    })),
    policies: policies.map(policyOf),
  };
  for (const [section, entries] of Object.entries(document)) {
    document[section as Section] = [...entries].sort(byWhatTellsApart);
  }
  return { document, ids, spent };
}

/** Numbers and random ids tell only when an object came to this agent. */
function byWhatTellsApart(a: ConfigEntry, b: ConfigEntry): number {
  const [left, right] = [a, b].map((entry) =>
    TELLS_APART.map((option) => String(entry[option] ?? '')).join('\0'),
  );
  if (left === right) return 0;
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

function certificateEntry(certificate: Certificate, files: readonly string[]): ConfigEntry {
  const { name, description, fingerprint_sha256: fingerprint } = certificate;
  return { ...given({ name, description }), fingerprint, ...empty(files) };
}

function accountEntry(account: Account, names: Names): ConfigEntry {
  const { name, account_type: type, uri, object } = account;
  const certificate = (id: string) => names.certificates.get(id) ?? id;
  const shared = given({
    name,
    type,
    uri,
    'ca-certificate-id': certificate(account.ca_certificate_id),
    'client-certificate-id': certificate(account.client_certificate_id),
    'peer-fingerprint': account.peer_fingerprint,
    briefcase: account.briefcase,
    'max-tasks': account.max_tasks,
    compression: account.compression,
  });
  if (object === null) return shared;
  const { credentials, session_token, own_ca, encryption, ...plain } = object;
  const files = [
    ...(credentials === 'stored' ? ['secret-key-file'] : []),
    ...(session_token ? ['session-token-file'] : []),
    ...(own_ca ? ['ca-file'] : []),
    ...(encryption === 'key' ? ['encryption-key-file'] : []),
    ...(encryption === 'passphrase' ? ['encryption-passphrase-file'] : []),
  ];
  const options = Object.entries(plain).map(([field, value]) => [
    field.replaceAll('_', '-'),
    value,
  ]);
  return { ...shared, ...given(Object.fromEntries(options)), ...empty(files) };
}

function policyEntry(policy: Policy, names: Names): ConfigEntry {
  const { name, policy_type: type, value_sources } = policy;
  // What the base policy decides stands there.
  const others = value_sources.filter(({ source }) => source === 'base_policy');
  const isOwn = ({ field }: PolicyFlag) =>
    others.every((other) => field !== other.field && !field.startsWith(`${other.field}.`));
  const flags = POLICY_FLAGS.filter((flag) => (flag.type ?? type) === type && isOwn(flag));
  return { name, type, ...flagEntry(policy, flags, names) };
}

function flagEntry(message: object, flags: readonly PolicyFlag[], names: Names): ConfigEntry {
  const entry: Record<string, ConfigValue> = {};
  for (const { flag, field } of flags) {
    const value = fieldValue(message, field);
    // Ids begin at 1: there is no such object.
    const nothing = isEmpty(value) || (value === 0 && field.endsWith('_id'));
    if (isConfigValue(value) && !nothing) entry[flag] = reference(field, value, names);
  }
  return entry;
}

/** Accounts and policies stand in a document by name: ids differ from agent to agent. */
function reference(field: string, value: ConfigValue, names: Names): ConfigValue {
  const text = String(value);
  if (/(account_id|new_tasks_account)$/.test(field)) return names.accounts.get(text) ?? value;
  if (field === 'base_policy_id') return names.bases.get(text) ?? value;
  if (/policy_id$/.test(field)) return names.policies.get(text) ?? value;
  return value;
}

function isConfigValue(value: unknown): value is ConfigValue {
  return Array.isArray(value) || ['string', 'number', 'boolean'].includes(typeof value);
}

function isEmpty(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}

/** Without what is not set: 0 and false are the defaults of an object account's options. */
function given(options: Readonly<Record<string, ConfigValue>>): ConfigEntry {
  return Object.fromEntries(
    Object.entries(options).filter(
      ([, value]) => !isEmpty(value) && value !== 0 && value !== false,
    ),
  );
}

function empty(options: readonly string[]): ConfigEntry {
  return Object.fromEntries(options.map((option) => [option, '']));
}

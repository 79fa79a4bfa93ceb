import type {
  ConfigDocument,
  ConfigEntry,
  ConfigValue,
  Section,
} from '../../config/config-document.js';
import { isSingle, SECTIONS } from '../../config/config-document.js';
import { DmError } from '../../model/error.js';
import { namesFile } from './file-options.js';
import type { PresentConfig } from './present-config.js';

/** What a section's commands are called and which of its options make an object what it is. */
interface Kind {
  readonly command: readonly string[];
  /** Objects with the same values here are the same object. */
  readonly key: readonly string[];
  /** Options that stand as arguments of `create`. */
  readonly arguments: readonly string[];
  /** Options that only `create` knows: a difference is an error. */
  readonly fixed: readonly string[];
  /** Options that are compared and never given. */
  readonly compared: readonly string[];
  /** Null where `create` with all options does it. */
  readonly make: ((entry: ConfigEntry) => ConfigStep) | null;
  /** `ref`: how commands call the object. */
  readonly unmake: (ref: string) => ConfigStep;
  /** Makes one of the ways in which people may write the same object. */
  readonly normal: (entry: ConfigEntry) => ConfigEntry;
}

const KINDS: Readonly<Record<Exclude<Section, `${string}.settings`>, Kind>> = {
  'certificates.ca': kind(['certificates', 'ca'], { compared: ['fingerprint'] }),
  'certificates.identity': kind(['certificates', 'identity'], { compared: ['fingerprint'] }),
  'certificates.crl': kind(['certificates', 'crl'], {}),
  'certificates.revoked': kind(['certificates'], {
    key: ['fingerprint'],
    make: ({ fingerprint = '' }) => ['certificates', 'revoke', String(fingerprint)],
    unmake: (fingerprint) => ['certificates', 'revoke', fingerprint, '--undo'],
    normal: ({ fingerprint = '' }) => ({ fingerprint: normalFingerprint(String(fingerprint)) }),
  }),
  accounts: kind(['accounts'], { arguments: ['type'], fixed: ['type'] }),
  grants: kind(['grants'], {
    key: ['identity', 'ca', 'root', 'allow'],
    normal: normalGrant,
  }),
  'throttling.bw-rules': kind(['throttling', 'bw-rules'], { key: ['netmask', 'window'] }),
  'base-policies': kind(['base-policies'], { arguments: ['name'] }),
  policies: kind(['policies'], { arguments: ['name'], fixed: ['type'] }),
};

/** A command line without "dm", to be run as it is. */
export type ConfigStep = readonly string[];

/**
 * The command lines that make an agent what the document says: first what is new, in an order in
 * which each finds what it refers to, then what differs; with `prune` last what the document's
 * sections do not name. An option that an object in the document does not have stays as it is.
 * The same document applied again gives no steps.
 */
export function planConfig(
  wanted: ConfigDocument,
  present: PresentConfig,
  options: { readonly prune: boolean },
): ConfigStep[] {
  const create: ConfigStep[] = [];
  const modify: ConfigStep[] = [];
  const remove: ConfigStep[] = [];
  for (const section of SECTIONS) {
    const entries = wanted[section];
    if (entries === undefined) continue;
    const now = present.document[section] ?? [];
    if (!hasKind(section)) {
      modify.push(...settingsSteps(section, entries, now));
      continue;
    }
    const one = KINDS[section];
    const refOf = (old: ConfigEntry) => present.ids.get(old) ?? String(old.name);
    refuseTwice(section, one, entries);
    for (const entry of entries) refuseSecret(section, entry);
    const find = (list: readonly ConfigEntry[], entry: ConfigEntry) =>
      list.find((other) => sameObject(one, other, entry));
    for (const entry of section === 'policies' ? parentsFirst(entries) : entries) {
      const old = find(now, entry);
      if (old === undefined) create.push(one.make?.(entry) ?? createStep(section, one, entry));
      else modify.push(...modifySteps(section, one, entry, old, refOf(old)));
    }
    if (!options.prune) continue;
    for (const old of now) {
      if (find(entries, old) !== undefined || present.spent.has(old)) continue;
      remove.unshift(one.unmake(refOf(old)));
    }
  }
  return [...create, ...modify, ...remove];
}

function createStep(section: Section, one: Kind, entry: ConfigEntry): ConfigStep {
  const missing = Object.keys(entry).find((option) => namesFile(option) && entry[option] === '');
  if (missing !== undefined) {
    throw new DmError(
      'invalid_argument',
      `${nameOf(section, entry)} is not there yet and needs ${missing}; name the file`,
    );
  }
  const { arguments: words, compared } = one;
  return [
    ...one.command,
    'create',
    ...words.map((option) => String(entry[option] ?? '')),
    ...flags(section, entry, (option) => !words.includes(option) && !compared.includes(option)),
  ];
}

function modifySteps(
  section: Section,
  one: Kind,
  entry: ConfigEntry,
  old: ConfigEntry,
  ref: string,
): ConfigStep[] {
  const differs = (option: string) =>
    entry[option] !== undefined && !sameValue(entry[option], old[option]);
  const fixed = [...one.fixed, ...one.compared].find(differs);
  if (fixed !== undefined) {
    throw new DmError(
      'invalid_argument',
      `${nameOf(section, entry)} exists with another ${fixed} (${String(old[fixed])}); delete it first, or give the new one another name`,
    );
  }
  const changed = flags(
    section,
    entry,
    (option) => differs(option) && !namesFile(option) && !one.key.includes(option),
  );
  if (changed.length === 0) return [];
  return [[...one.command, 'modify', ref, ...changed]];
}

function settingsSteps(
  section: Section,
  entries: readonly ConfigEntry[],
  present: readonly ConfigEntry[],
): ConfigStep[] {
  const [entry = {}] = entries;
  const [old = {}] = present;
  const changed = flags(section, entry, (option) => !sameValue(entry[option], old[option]));
  return changed.length === 0 ? [] : [[...section.split('.'), 'modify', ...changed]];
}

function hasKind(section: Section): section is keyof typeof KINDS {
  return !isSingle(section);
}

function flags(section: Section, entry: ConfigEntry, which: (option: string) => boolean): string[] {
  return Object.entries(entry)
    .filter(([option]) => which(option))
    .flatMap(([option, value]) => {
      const name = section === 'policies' && option === 'type' ? 'policy-type' : option;
      return (isList(value) ? value : [value]).map((item) => `--${name}=${String(item)}`);
    });
}

function isList(value: ConfigValue): value is readonly string[] {
  return Array.isArray(value);
}

function normalGrant(entry: ConfigEntry): ConfigEntry {
  const rights = String(entry.allow ?? '')
    .split(',')
    .map((right) => right.trim());
  return {
    ...entry,
    identity: normalFingerprint(String(entry.identity ?? '')),
    root: String(entry.root ?? '').replace(/(.)\/+$/, '$1'),
    allow: rights.sort().join(','),
  };
}

/** What is no fingerprint stays as it is. */
function normalFingerprint(text: string): string {
  const digits = text.replaceAll(':', '').toLowerCase();
  const [, prefix = '', hex = ''] = /^(spki|sha256)?([0-9a-f]{64})$/.exec(digits) ?? [];
  if (hex === '') return text;
  return prefix === 'spki' ? `spki:${hex}` : hex;
}

/** Policies after those they name, as a run of `create` needs them. */
function parentsFirst(policies: readonly ConfigEntry[]): ConfigEntry[] {
  const byName = new Map(policies.map((policy) => [String(policy.name), policy]));
  const ordered = new Set<ConfigEntry>();
  const visiting = new Set<ConfigEntry>();
  const visit = (policy: ConfigEntry): void => {
    // A circle is for the agent to refuse.
    if (ordered.has(policy) || visiting.has(policy)) return;
    visiting.add(policy);
    for (const [option, value] of Object.entries(policy)) {
      const parent = option.endsWith('policy-id') ? byName.get(String(value)) : undefined;
      if (parent !== undefined) visit(parent);
    }
    ordered.add(policy);
  };
  for (const policy of policies) visit(policy);
  return [...ordered];
}

function refuseTwice(section: Section, one: Kind, entries: readonly ConfigEntry[]): void {
  for (const [at, entry] of entries.entries()) {
    if (one.key.includes('name') && (entry.name === undefined || entry.name === '')) {
      throw new DmError('invalid_argument', `${section}[${at}] has no name; give it one`);
    }
    if (entries.slice(0, at).some((other) => sameObject(one, other, entry))) {
      throw new DmError(
        'invalid_argument',
        `${nameOf(section, entry)} stands in the document twice; remove one`,
      );
    }
  }
}

/** The command lines are shown, and the document is kept and passed on. */
function refuseSecret(section: Section, entry: ConfigEntry): void {
  if (entry['secret-key'] === undefined) return;
  throw new DmError(
    'invalid_argument',
    `${nameOf(section, entry)} holds a secret-key; put it into a file and give secret-key-file`,
  );
}

function sameObject(one: Kind, a: ConfigEntry, b: ConfigEntry): boolean {
  const [left, right] = [one.normal(a), one.normal(b)];
  return one.key.every((option) => sameValue(left[option] ?? '', right[option] ?? ''));
}

/** YAML and the agent may differ in how they type a value; command lines hold texts. */
function sameValue(a: ConfigValue | undefined, b: ConfigValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (isList(a) || isList(b)) {
    const [left, right] = [isList(a) ? a : [String(a)], isList(b) ? b : [String(b)]];
    return left.length === right.length && left.every((item, at) => item === right[at]);
  }
  return String(a) === String(b);
}

function nameOf(section: Section, entry: ConfigEntry): string {
  return `${section} "${String(entry.name ?? entry.netmask ?? entry.fingerprint ?? `${entry.identity} at ${entry.root}`)}"`;
}

function kind(command: readonly string[], more: Partial<Omit<Kind, 'command'>>): Kind {
  return {
    command,
    key: ['name'],
    arguments: [],
    fixed: [],
    compared: [],
    make: null,
    unmake: (ref) => [...command, 'delete', ref],
    normal: (entry) => entry,
    ...more,
  };
}

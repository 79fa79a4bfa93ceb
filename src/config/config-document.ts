import { parse as parseYaml, stringify as printYaml } from 'yaml';
import { DmError } from '../model/error.js';

const VERSION = 1;

export type ConfigValue = string | number | boolean | readonly string[];

/**
 * One object: the options of its `create` command without dashes, and
 * what that command takes as arguments.
 */
export type ConfigEntry = Readonly<Record<string, ConfigValue>>;

/** The sections, in the order in which their objects are made. */
export const SECTIONS = [
  'certificates.ca',
  'certificates.identity',
  'certificates.crl',
  'certificates.revoked',
  'certificates.settings',
  'accounts',
  'grants',
  'throttling.bw-rules',
  'throttling.settings',
  'base-policies',
  'policies',
] as const;
export type Section = (typeof SECTIONS)[number];

/** What an agent is set up to do, without secrets. A section that is absent is left alone. */
export type ConfigDocument = Readonly<Partial<Record<Section, readonly ConfigEntry[]>>>;

/** The text that `parseConfig` reads. */
export function printConfig(document: ConfigDocument): string {
  return printYaml(configObject(document), { lineWidth: 0 });
}

/** The document as plain data, nested as in the text. */
export function configObject(document: ConfigDocument): object {
  const root: Record<string, unknown> = { version: VERSION };
  for (const section of SECTIONS) {
    const entries = document[section];
    if (entries === undefined) continue;
    const [group = '', part] = section.split('.');
    if (part === undefined) root[group] = entries;
    else {
      const content = isSingle(section) ? (entries[0] ?? {}) : entries;
      root[group] = { ...Object(root[group]), [part]: content };
    }
  }
  return root;
}

/**
 * Throws `invalid_argument` naming `what` and the place in it. Whether
 * options exist is for the commands to say.
 */
export function parseConfig(text: string, what: string): ConfigDocument {
  const groups = SECTIONS.map((section) => section.split('.')[0] ?? section);
  const { version, ...given } = fields(parseText(text, what), what, ['version', ...groups]);
  if (version !== VERSION) {
    throw invalid(
      `${what} has version ${String(version)}; this program reads "version: ${VERSION}"`,
    );
  }
  const found: Partial<Record<Section, readonly ConfigEntry[]>> = {};
  for (const section of SECTIONS) {
    const [group = '', part] = section.split('.');
    const parts = SECTIONS.filter((other) => other.startsWith(`${group}.`));
    const names = parts.map((other) => other.slice(group.length + 1));
    const value =
      part === undefined
        ? given[group]
        : fields(given[group] ?? {}, `${group} in ${what}`, names)[part];
    if (value === undefined || value === null) continue;
    const list = isSingle(section) ? [value] : value;
    if (!Array.isArray(list))
      throw invalid(`${section} in ${what} is not a list; write "- name: …"`);
    found[section] = list.map((item, at) => entry(item, `${section}[${at}] in ${what}`));
  }
  return found;
}

/** A section of one object, which always exists. */
export function isSingle(section: Section): boolean {
  return section.endsWith('.settings');
}

function parseText(text: string, what: string): unknown {
  try {
    return parseYaml(text);
  } catch (cause) {
    const reason =
      cause instanceof Error ? cause.message.split('\n')[0]?.replace(/:$/, '') : String(cause);
    throw new DmError('invalid_argument', `${what} cannot be read: ${reason}; correct it`, {
      cause,
    });
  }
}

function fields(
  value: unknown,
  what: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`${what} holds no settings; \`dm config export\` shows the form`);
  }
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw invalid(
      `"${unknown}" in ${what} is not known; it may hold ${[...new Set(known)].join(', ')}`,
    );
  }
  return value as Readonly<Record<string, unknown>>;
}

function entry(value: unknown, what: string): ConfigEntry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`${what} is not an object; write "name: …" below it`);
  }
  const found: Record<string, ConfigValue> = {};
  for (const [name, item] of Object.entries(value)) {
    if (item === null) found[name] = '';
    else if (['string', 'number', 'boolean'].includes(typeof item)) found[name] = item;
    else if (Array.isArray(item) && item.every((one) => typeof one === 'string'))
      found[name] = item;
    else throw invalid(`"${name}" of ${what} is neither a plain value nor a list of texts`);
  }
  return found;
}

function invalid(message: string): DmError {
  return new DmError('invalid_argument', message);
}

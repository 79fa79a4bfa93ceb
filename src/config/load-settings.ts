import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { DmError } from '../model/error.js';
import { DEFAULT_PEER_RIGHTS } from '../model/peer-right.js';
import {
  absolute,
  address,
  httpAddress,
  invalid,
  logLevel,
  partial,
  peerAccess,
  percent,
  whole,
} from './setting-values.js';
import type { AgentSettings } from './settings.js';

/**
 * Every setting: its flag, whether it is a list, and what stands for it in a
 * file (snake case) and a variable (DM_...).
 */
const SETTINGS = {
  'state-dir': { list: false },
  root: { list: true },
  listen: { list: false },
  socket: { list: false },
  name: { list: false },
  'log-level': { list: false },
  'peer-access': { list: false },
  'peer-max-datasets': { list: false },
  'peer-max-retention': { list: false },
  'peer-max-bytes': { list: false },
  http: { list: false },
  'min-free': { list: false },
  'hooks-dir': { list: false },
  'allow-root-filesystem': { list: false },
  partial: { list: false },
} as const satisfies Record<string, { list: boolean }>;
type SettingName = keyof typeof SETTINGS;

const DEFAULT_LISTEN = '0.0.0.0:7722';
const DEFAULT_MIN_FREE_PERCENT = 2;
const DEFAULT_PEER_MAX_DATASETS = 64;
/** 30 days. */
const DEFAULT_PEER_MAX_RETENTION_SECONDS = 2_592_000;

type Given = Partial<Record<SettingName, readonly string[]>>;

/**
 * Settings of `dm agent`: a flag wins over a `DM_...` variable, which wins over
 * the file named by `--config`. Anything wrong or unknown is one `invalid_config`
 * that names the setting and where it stood.
 */
export function loadSettings(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): AgentSettings {
  const { given: flags, config } = fromFlags(argv);
  const file = config ?? env.DM_CONFIG;
  const given: Given = { ...(file ? fromFile(file) : {}), ...fromEnvironment(env), ...flags };
  const stateDir = absolute(required(given, 'state-dir'), 'state-dir');
  const roots = (given.root ?? []).map((root) => absolute(root, 'root'));
  if (roots.length === 0) throw invalid('no data root is given; give at least one --root PATH');
  const allowRootFilesystem = flag(given, 'allow-root-filesystem');
  if (roots.includes('/') && !allowRootFilesystem) {
    throw invalid(
      '--root / would give the whole system away; give a directory, or --allow-root-filesystem if that is meant',
    );
  }
  const socket = absolute(one(given, 'socket') ?? join(stateDir, 'agent.sock'), 'socket');
  const hooks = one(given, 'hooks-dir');
  const hooksDir = hooks === undefined ? null : absolute(hooks, 'hooks-dir');
  const own = [stateDir, socket, ...(file ? [resolve(file)] : []), ...(hooksDir ? [hooksDir] : [])];
  for (const path of own) refuseBelowRoots(path, roots);
  return {
    stateDir,
    roots,
    socket,
    listen: address(one(given, 'listen') ?? DEFAULT_LISTEN),
    name: one(given, 'name') ?? hostname(),
    logLevel: logLevel(one(given, 'log-level') ?? 'info'),
    peerAccess: peerAccess(one(given, 'peer-access') ?? DEFAULT_PEER_RIGHTS.join(',')),
    peerMaxDatasets:
      whole(one(given, 'peer-max-datasets'), 'peer-max-datasets', 1) ?? DEFAULT_PEER_MAX_DATASETS,
    peerMaxRetentionSeconds:
      whole(one(given, 'peer-max-retention'), 'peer-max-retention', 1) ??
      DEFAULT_PEER_MAX_RETENTION_SECONDS,
    peerMaxBytes: whole(one(given, 'peer-max-bytes'), 'peer-max-bytes', 0) ?? null,
    http: httpAddress(one(given, 'http')),
    minFreePercent: percent(one(given, 'min-free') ?? String(DEFAULT_MIN_FREE_PERCENT)),
    hooksDir,
    allowRootFilesystem,
    partial: partial(one(given, 'partial') ?? 'allow'),
  };
}

function fromFlags(argv: readonly string[]): { given: Given; config: string | undefined } {
  const values = new Map<string, string[]>();
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(word);
    const name = match?.[1];
    if (!name || (name !== 'config' && !Object.hasOwn(SETTINGS, name))) {
      throw invalid(`"${word}" is not an option of \`dm agent\`; see \`dm agent --help\``);
    }
    let value = match[2];
    if (value === undefined) {
      const next = argv[index + 1];
      if (name === 'allow-root-filesystem' && next !== 'true' && next !== 'false') {
        value = 'true';
      } else {
        if (next === undefined) throw invalid(`--${name} needs a value`);
        value = next;
        index++;
      }
    }
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  const config = values.get('config')?.at(-1);
  values.delete('config');
  return { given: checkedLists(values, (name) => `--${name}`), config };
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Given {
  const values = new Map<string, string[]>();
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const value = env[`DM_${name.toUpperCase().replaceAll('-', '_')}`];
    if (value === undefined) continue;
    values.set(
      name,
      SETTINGS[name].list ? value.split(':').filter((part) => part !== '') : [value],
    );
  }
  return checkedLists(values, (name) => `DM_${name.toUpperCase().replaceAll('-', '_')}`);
}

function fromFile(path: string): Given {
  let document: unknown;
  try {
    document = parseYaml(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new DmError(
      'invalid_config',
      `configuration file ${path} cannot be read: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}; correct it`,
      { cause: error },
    );
  }
  if (document === null) return {};
  if (typeof document !== 'object' || Array.isArray(document)) {
    throw invalid(
      `configuration file ${path} is not a list of settings; write lines like "root: [/data]"`,
    );
  }
  const values = new Map<string, string[]>();
  for (const [key, value] of Object.entries(document)) {
    const name = key.replaceAll('_', '-');
    if (!Object.hasOwn(SETTINGS, name))
      throw invalid(`"${key}" in ${path} is not a setting; remove it`);
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.some((item) => item === null || typeof item === 'object')) {
      throw invalid(`"${key}" in ${path} must be a plain value or a list of them`);
    }
    values.set(name, list.map(String));
  }
  return checkedLists(values, (name) => `"${name}" in ${path}`);
}

function checkedLists(
  values: ReadonlyMap<string, string[]>,
  where: (name: string) => string,
): Given {
  const given: Given = {};
  for (const [name, list] of values) {
    const setting = name as SettingName;
    if (list.length > 1 && !SETTINGS[setting].list)
      throw invalid(`${where(name)} is given ${list.length} times; give it once`);
    given[setting] = list;
  }
  return given;
}

function one(given: Given, name: SettingName): string | undefined {
  return given[name]?.[0];
}

function required(given: Given, name: SettingName): string {
  const value = one(given, name);
  if (!value) throw invalid(`--${name} is missing; see \`dm agent --help\``);
  return value;
}

function flag(given: Given, name: SettingName): boolean {
  const value = one(given, name) ?? 'false';
  if (value !== 'true' && value !== 'false')
    throw invalid(`${name} "${value}" must be true or false`);
  return value === 'true';
}

function refuseBelowRoots(path: string, roots: readonly string[]): void {
  const root = roots.find(
    (candidate) => candidate !== '/' && `${path}/`.startsWith(`${candidate}/`),
  );
  if (root)
    throw invalid(
      `${path} lies below the data root ${root}; keep state, socket and configuration outside the data roots`,
    );
}

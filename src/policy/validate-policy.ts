import { DmError } from '../model/error.js';
import { LOOPBACK_ACCOUNT_ID } from '../model/ids.js';
import type {
  CopyingRule,
  CopyPlaces,
  CopyRule,
  CreationRule,
  Policy,
  PolicyRule,
} from '../model/policy.js';
import { escapePath } from '../util/escape.js';
import { parseSubpath } from './subpath.js';
import { type TasksWorld, validateTasks } from './validate-tasks.js';

const MAX_NAME = 255;
const MAX_PATH = 4_096;
const MAX_BRIEFCASE = 512;
const MAX_RESERVE = 65_535;

/** What the validation must know of the agent. */
export interface PolicyWorld extends TasksWorld {
  /** Throws `path_outside_roots` for a path that no data root of this agent holds. */
  checkLocalPath(path: string): void;
  /** Whether this agent has a dataset of that number. */
  hasLocalDataset(number: number): Promise<boolean>;
  /** Throws `refused` or `invalid_argument` for a command that this agent would not run. */
  checkHook(command: string): void;
}

/** Throws the first thing that is wrong with a policy, with one clear message. */
export async function validatePolicy(policy: Policy, world: PolicyWorld): Promise<void> {
  validateName(policy.name);
  validateBriefcase(policy.briefcase);
  if (!/^([0-9]{1,15}|(100|[0-9]{1,2})%)?$/.test(policy.maxDelete)) {
    throw invalid(
      `--max-delete "${policy.maxDelete}" is neither a number of entries nor a percentage; give for example 1000 or 5%`,
    );
  }
  await validateRule(policy.rule, world);
  if (policy.rule.type === 'COPY' && !policy.spent) await requireDataset(policy.rule, world);
}

/** Joiners are part of words in some scripts. */
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** What another place holds is for the run to find out. */
async function requireDataset(
  { sourceAccountId, datasetNumber }: CopyRule,
  world: PolicyWorld,
): Promise<void> {
  if (!isHere(sourceAccountId, world) || (await world.hasLocalDataset(datasetNumber))) return;
  throw new DmError(
    'not_found',
    `--copy-dataset-id ${datasetNumber} names no dataset of this agent; see \`dm datasets list\``,
  );
}

export function validateBriefcase(briefcase: string): void {
  if (briefcase.length <= MAX_BRIEFCASE) return;
  throw invalid(`--briefcase is longer than ${MAX_BRIEFCASE} characters; shorten it`);
}

/** Names of objects: what looks like an id would be ambiguous. */
export function validateName(name: string): void {
  if (name.length === 0 || name.length > MAX_NAME) {
    throw invalid(`name "${name.slice(0, 40)}" must have 1 to ${MAX_NAME} characters`);
  }
  const reserved =
    /^[0-9]+$/.test(name) ||
    /^[0-9a-fA-F]{48}$/.test(name) ||
    name === 'local' ||
    name === 'loopback';
  if (reserved) {
    throw invalid(
      `"${name}" cannot be a name: digits, 48 hex digits, "local" and "loopback" are kept for ids; choose another`,
    );
  }
  if (name !== name.trim() || UNPRINTABLE.test(name) || !VISIBLE.test(name)) {
    throw invalid(
      `"${escapePath(Buffer.from(name))}" cannot be a name: it needs a character that is seen, no space at either end, and none that does not print; choose another`,
    );
  }
}

async function validateRule(rule: PolicyRule, world: PolicyWorld): Promise<void> {
  if (rule.type === 'EXPIRATION') {
    await requireAccount(rule.accountId, '--expiration-account-id', world);
    return;
  }
  validateRetention(rule.retention.reserve, rule.retention.periodSeconds);
  if (rule.type === 'CREATION') {
    await requireAccount(rule.accountId, '--creation-account-id', world);
    if (await world.isObjectAccount(rule.accountId)) {
      throw invalid(
        'datasets are made where files are: --creation-account-id cannot be an object account; create the dataset there and copy it to the account',
      );
    }
    validatePath(rule.basePath, '--creation-base-path', isHere(rule.accountId, world), world);
    validateHooks(rule, world);
    return;
  }
  await requireAccount(rule.sourceAccountId, 'the source account', world);
  await requireAccount(rule.targetAccountId, 'the target account', world);
  const { sourceBasePath } = rule;
  // A COPY names its dataset by number: the base path only narrows that down.
  if (rule.type === 'REPEAT_COPY' || sourceBasePath !== '') {
    await validatePlace(rule.sourceAccountId, sourceBasePath, 'the source base path', world);
    if (rule.type !== 'COPY' || !rule.restore.inPlace) {
      refuseTargetInSource(rule, sourceBasePath, world);
    }
  }
  await validatePlace(rule.targetAccountId, rule.targetBasePath, 'the target base path', world);
  await validateTargetType(rule, world);
  await validateTasks(rule, world);
  if (rule.type === 'COPY') {
    for (const subpath of rule.subpaths) parseSubpath(subpath);
    validateRestore(rule, world);
  }
}

function validateRestore(
  { restore, targetAccountId, newTasksAccountId, createDatasetOnTarget }: CopyRule,
  world: PolicyWorld,
): void {
  const { existing, inPlace, metadata } = restore;
  if (existing === 'fail' && !inPlace && metadata) return;
  // A base policy names this agent by its account.
  const isOwnWork = newTasksAccountId === null || isHere(newTasksAccountId, world);
  const isPlain = targetAccountId === world.localAccountId && !createDatasetOnTarget;
  if (isOwnWork && isPlain) return;
  throw invalid(
    '--copy-existing, --copy-in-place and --copy-no-metadata are for plain files of this agent, written by itself; give --copy-base-target-account-id=local, --copy-base-new-tasks-account=local and --copy-create-dataset-on-target=false',
  );
}

function validateHooks(rule: CreationRule, world: PolicyWorld): void {
  const commands = [rule.preCommand, rule.postCommand].filter((command) => command !== '');
  if (commands.length > 0 && rule.accountId !== world.localAccountId) {
    throw invalid(
      '--pre-command and --post-command belong to datasets of this agent; make the policy on the agent that holds the tree',
    );
  }
  for (const command of commands) world.checkHook(command);
}

function isHere(accountId: string, world: PolicyWorld): boolean {
  return accountId === world.localAccountId || accountId === LOOPBACK_ACCOUNT_ID;
}

export async function requireAccount(id: string, what: string, world: PolicyWorld): Promise<void> {
  if (!(await world.accountExists(id))) {
    throw new DmError('not_found', `${what} "${id}" does not exist; see \`dm accounts list\``);
  }
}

/** Paths at object accounts begin at the account's prefix, with or without a slash. */
async function validatePlace(
  accountId: string,
  path: string,
  what: string,
  world: PolicyWorld,
): Promise<void> {
  const isObject = await world.isObjectAccount(accountId);
  const absolute = isObject && path !== '' && !path.startsWith('/') ? `/${path}` : path;
  validatePath(absolute, what, isHere(accountId, world), world);
}

async function validateTargetType(
  { type, targetAccountId, targetDatasetType }: CopyingRule,
  world: PolicyWorld,
): Promise<void> {
  const isObject = await world.isObjectAccount(targetAccountId);
  if (!isObject && targetDatasetType !== 'FILE') {
    throw invalid(`target dataset type ${targetDatasetType} is for object accounts; use FILE`);
  }
  if (isObject && targetDatasetType !== 'FILE_ON_OBJECT_BACKUP' && type === 'REPEAT_COPY') {
    throw invalid(
      `target dataset type ${targetDatasetType} makes plain objects of an object account, a full copy each time; use a COPY policy for it, or FILE_ON_OBJECT_BACKUP`,
    );
  }
}

function validatePath(path: string, what: string, here: boolean, world: PolicyWorld): void {
  const components = path.split('/');
  if (
    !path.startsWith('/') ||
    path.length > MAX_PATH ||
    components.includes('..') ||
    components.includes('.')
  ) {
    throw invalid(
      `${what} "${path.slice(0, 80)}" must be an absolute path without "." or "..", at most ${MAX_PATH} bytes`,
    );
  }
  if (here) world.checkLocalPath(path);
}

function refuseTargetInSource(
  places: CopyPlaces,
  sourceBasePath: string,
  world: PolicyWorld,
): void {
  const samePlace =
    places.sourceAccountId === places.targetAccountId ||
    (isHere(places.sourceAccountId, world) && isHere(places.targetAccountId, world));
  if (!samePlace) return;
  const source = `${trimmed(sourceBasePath)}/`;
  const target = `${trimmed(places.targetBasePath)}/`;
  if (target.startsWith(source) || source.startsWith(target)) {
    throw invalid(
      `target ${places.targetBasePath} and source ${sourceBasePath} lie inside each other at one place; choose a target beside the source`,
    );
  }
}

function trimmed(path: string): string {
  return path.replace(/\/+/g, '/').replace(/\/$/, '');
}

export function validateRetention(reserve: number, periodSeconds: number | null): void {
  if (!Number.isInteger(reserve) || reserve < 0 || reserve > MAX_RESERVE) {
    throw invalid(`dataset reserve ${reserve} must be a whole number from 0 to ${MAX_RESERVE}`);
  }
  if (periodSeconds !== null && (!Number.isSafeInteger(periodSeconds) || periodSeconds < 0)) {
    throw invalid(`dataset retention period ${periodSeconds} must be a whole number of seconds`);
  }
}

function invalid(message: string): DmError {
  return new DmError('invalid_argument', message);
}

import { DmError } from '../model/error.js';
import { LOOPBACK_ACCOUNT_ID } from '../model/ids.js';
import type { CopyingRule } from '../model/policy.js';

/** What must be known of the agent. */
export interface TasksWorld {
  readonly localAccountId: string;
  accountExists(id: string): Promise<boolean>;
  isObjectAccount(id: string): Promise<boolean>;
  /**
   * Whether peers may do this here at all, by `--peer-access`: workers
   * of our own policies are peers.
   */
  peersMay(right: 'read' | 'write'): boolean;
}

/** What a policy whose work another agent does cannot have. */
export async function validateTasks(rule: CopyingRule, world: TasksWorld): Promise<void> {
  const { newTasksAccountId, sourceAccountId, targetAccountId } = rule;
  if (newTasksAccountId === null || isOwn(newTasksAccountId, world)) return;
  await requireWorker(newTasksAccountId, world);
  await requireReachable(sourceAccountId, 'read', world);
  await requireReachable(targetAccountId, 'write', world);
}

/** An agent, this one or another. */
export async function requireWorker(
  accountId: string,
  world: Pick<TasksWorld, 'accountExists' | 'isObjectAccount'>,
): Promise<void> {
  if (!(await world.accountExists(accountId))) {
    throw new DmError(
      'not_found',
      `the new-tasks account "${accountId}" does not exist; see \`dm accounts list\``,
    );
  }
  if (!(await world.isObjectAccount(accountId))) return;
  throw invalid(
    '--copy-base-new-tasks-account or --repeat-copy-base-new-tasks-account is an object account, where nothing runs; name an agent',
  );
}

async function requireReachable(
  accountId: string,
  right: 'read' | 'write',
  world: TasksWorld,
): Promise<void> {
  const side = right === 'read' ? 'source' : 'target';
  if (await world.isObjectAccount(accountId)) {
    throw invalid(
      `the ${side} is an object account, whose secrets no other agent is given, so its work is done here; use --copy-base-new-tasks-account=local or --repeat-copy-base-new-tasks-account=local, or make the policy on the agent that is to do it`,
    );
  }
  if (accountId === LOOPBACK_ACCOUNT_ID) {
    throw invalid(`the ${side} is the loopback account, which no other agent can use; use local`);
  }
  if (accountId !== world.localAccountId || world.peersMay(right)) return;
  throw invalid(
    `the ${side} is this agent, whose --peer-access lets no peer ${right}, so no other agent can do the work; add ${right} to it, or use --copy-base-new-tasks-account=local or --repeat-copy-base-new-tasks-account=local`,
  );
}

function isOwn(accountId: string, world: TasksWorld): boolean {
  return accountId === world.localAccountId || accountId === LOOPBACK_ACCOUNT_ID;
}

function invalid(message: string): DmError {
  return new DmError('invalid_argument', message);
}

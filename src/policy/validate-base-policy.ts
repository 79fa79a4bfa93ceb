import type { BasePolicy, Override } from '../model/base-policy.js';
import { DmError } from '../model/error.js';
import { parseSubpath } from './subpath.js';
import {
  type PolicyWorld,
  requireAccount,
  validateBriefcase,
  validateName,
  validateRetention,
} from './validate-policy.js';
import { requireWorker } from './validate-tasks.js';

/**
 * Throws the first thing that is wrong with a base policy by itself; paths depend on what names it.
 */
export async function validateBasePolicy(base: BasePolicy, world: PolicyWorld): Promise<void> {
  validateName(base.name);
  validateBriefcase(base.briefcase);
  for (const { reserve, periodSeconds } of [base.sourceRetention, base.targetRetention]) {
    validateRetention(reserve, periodSeconds);
  }
  if (base.overrides.length === 0) {
    throw invalid(
      'a base policy without --override-list decides nothing; name what it decides, for example SCHEDULE',
    );
  }
  for (const subpath of base.subpaths) parseSubpath(subpath);
  await requireAccount(base.sourceAccountId, '--source-account-id', world);
  await requireAccount(base.targetAccountId, '--target-account-id', world);
  await requireWorker(base.newTasksAccountId, world);
  needed(base, 'SOURCE_BASE_PATH', base.sourceBasePath !== '', '--source-base-path');
  needed(base, 'TARGET_BASE_PATH', base.targetBasePath !== '', '--target-base-path');
}

function needed(base: BasePolicy, override: Override, isGiven: boolean, flag: string): void {
  if (isGiven || !base.overrides.includes(override)) return;
  throw invalid(`--override-list names ${override}, and there is none; give ${flag}`);
}

function invalid(message: string): DmError {
  return new DmError('invalid_argument', message);
}

import { parsePolicyId } from '../../src/model/ids.js';
import type { Policy, RepeatCopyRule } from '../../src/model/policy.js';
import { NO_SCHEDULE } from '../../src/model/schedule.js';

/** A CREATION policy that has not run. */
export function samplePolicy(id: number, priority: Policy['priority'] = 'NORMAL'): Policy {
  return {
    id: parsePolicyId(id),
    name: `policy-${id}`,
    priority,
    enabled: true,
    briefcase: '',
    partial: 'allow',
    maxDelete: '',
    disabledByDm: false,
    spent: false,
    lastJob: null,
    lastRunAtMs: null,
    schedule: NO_SCHEDULE,
    parentId: null,
    basePolicyId: null,
    own: null,
    nextRunAtMs: null,
    dueAfterJob: null,
    runAgain: null,
    rule: {
      type: 'CREATION',
      accountId: 'local',
      basePath: '/data',
      retention: { periodSeconds: null, reserve: 0 },
      excludes: [],
      snapshot: 'auto',
      crossSubvolumes: false,
      preCommand: '',
      postCommand: '',
    },
  };
}

/** Of a policy that copies a local tree to a peer. */
export function copyRule(sourceBasePath: string): RepeatCopyRule {
  return {
    type: 'REPEAT_COPY',
    ...{ sourceBasePath, reconnect: false, onDrift: 'repair', targetDatasetType: 'FILE' },
    ...{ rpoAlertSeconds: null, sourceAccountId: 'local', targetAccountId: 'peer' },
    ...{ newTasksAccountId: null, targetBasePath: '/copies/a' },
    retention: { periodSeconds: null, reserve: 0 },
  };
}

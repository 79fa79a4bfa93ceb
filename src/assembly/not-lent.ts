import { DmError } from '../model/error.js';

/** The refusal to make a place known to a worker. */
export function notLent(what: string): never {
  throw new DmError(
    'not_supported',
    `only this agent can use ${what}, no other agent for it; use --copy-base-new-tasks-account=local or --repeat-copy-base-new-tasks-account=local`,
  );
}

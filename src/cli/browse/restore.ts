import { DmError } from '../../model/error.js';
import { escapePath } from '../../util/escape.js';
import { newPolicy } from '../commands/policy-message.js';
import type { Job } from '../control-messages.js';
import { jobSummary } from '../job-outcome.js';
import { type OptionValue, OptionValues } from '../option-values.js';
import { dropPolicy, policyStays, restoreName, restoreOutcome } from '../restore-policy.js';
import { type BrowseClient, type BrowseSession, joinPath, type RestoreClient } from './session.js';

/**
 * `restore SRC DST`: the agent brings an entry, and all below it, back with all metadata. It
 * keeps its path below DST, which is a directory below a root of the agent; nothing may be at
 * that path. Yields what it makes and how that ended.
 */
export async function* restore(
  session: BrowseSession,
  args: readonly Buffer[],
  signal: AbortSignal,
): AsyncGenerator<string> {
  const [source, destination, ...rest] = args;
  if (source === undefined || destination === undefined || rest.length > 0) {
    throw new DmError('usage', 'restore takes SRC and DST; see "help"');
  }
  const { client } = session;
  if (!canRestore(client)) {
    throw new DmError('not_supported', 'there is no agent that could restore; use download');
  }
  const components = session.resolve(source);
  await session.entry(components);
  const { account, dataset } = session.request(components);
  const name = restoreName(dataset);
  const to = escapePath(destination);
  const flags = new Map<string, OptionValue>([
    ['policy-type', 'COPY'],
    ['copy-dataset-id', Number(dataset)],
    ['copy-source-subpaths', components.length === 0 ? [] : [escapePath(joinPath(components))]],
    ['copy-create-dataset-on-target', false],
    ['copy-base-source-account-id', account],
    ['copy-base-target-account-id', 'local'],
    ['copy-base-target-base-path', to],
    ['copy-base-target-dataset-type', 'FILE'],
  ]);
  const policy = newPolicy([name], new OptionValues(flags));
  const { id } = await client.createPolicy({ policy, run_now: false });
  yield `policy ${id} (${name}): COPY of dataset ${dataset} to ${to}`;
  let job: Job;
  try {
    job = await runToEnd(client, id, signal);
  } catch (error) {
    yield signal.aborted
      ? policyStays({ id, name })
      : (await dropPolicy(client, { id, name })).text;
    throw error;
  }
  yield jobSummary(job);
  if (job.state !== 'finished') yield (await dropPolicy(client, { id, name })).text;
  const failure = restoreOutcome(job);
  if (failure !== null) throw failure;
}

function canRestore(client: BrowseClient): client is BrowseClient & RestoreClient {
  const { createPolicy, runPolicy, watchJob, deletePolicy } = client;
  return [createPolicy, runPolicy, watchJob, deletePolicy].every((call) => call !== undefined);
}

async function runToEnd(client: RestoreClient, id: string, signal: AbortSignal): Promise<Job> {
  const { job_id } = await client.runPolicy({ ref: id });
  let last: Job | null = null;
  for await (const job of client.watchJob({ id: job_id }, signal)) last = job;
  if (last === null) throw new DmError('not_found', `job ${job_id} is gone; see "dm jobs list"`);
  return last;
}

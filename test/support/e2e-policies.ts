import { ENDED_STATES, isJobState } from '../../src/model/job.js';
import type { AgentProcess, CommandResult } from './agent-process.js';
import { dm, dmJson } from './e2e-dm.js';

export interface JobView {
  readonly id: number;
  readonly state: string;
  readonly type: string;
  readonly policy_id: number;
  readonly source_dataset_id: number;
  readonly target_dataset_id: number;
  readonly partial: boolean;
  readonly retry: { readonly count: number; readonly reason: string } | null;
  readonly progress: { readonly files_done: number };
  readonly warnings: readonly { readonly path: string; readonly code: string }[];
  readonly statistics: {
    readonly files: number;
    readonly bytes_sent: number;
    readonly bytes_read: number;
    readonly bytes_changed: number;
    readonly deleted: number;
    readonly moved: number;
    readonly full_copies: number;
    readonly repaired: number;
  };
  readonly failed_total: number;
  readonly failed_entries: readonly { readonly path: string; readonly code: string }[];
  readonly started_at: string;
  readonly ended_at: string;
  readonly error_code: string;
  readonly error_message: string;
}

export interface DatasetView {
  readonly id: number;
  readonly name: string;
  readonly dataset_state: string;
  readonly dataset_base_path: string;
  readonly dataset_global_id: string;
  readonly root_digest: string;
  readonly content_digest: string;
  readonly exceptions: number;
  readonly entries: number;
  readonly warnings: readonly object[];
}

export interface RunResult {
  /** Exit code of `policies run --wait`. */
  readonly code: number;
  readonly stderr: string;
  /** Null when no job was made. */
  readonly job: JobView | null;
}

type Flags = Readonly<Record<string, string | number | boolean | readonly string[]>>;

let named = 0;
/** A policy name that no other test has. */
export function freshName(prefix: string): string {
  return `${prefix}-${process.pid}-${++named}`;
}

export function flagWords(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([flag, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `--${flag}=${String(one)}`),
  );
}

/** Makes a policy, whatever comes of it. */
export function tryCreatePolicy(
  agent: AgentProcess,
  type: string,
  flags: Flags,
): Promise<CommandResult> {
  const words = ['policies', 'create', freshName(type.toLowerCase()), 'NORMAL', 'true', type];
  return dm(agent, '--format=json', ...words, ...flagWords(flags));
}

/** Makes a policy and returns its id. */
export async function createPolicy(
  agent: AgentProcess,
  type: string,
  flags: Flags,
): Promise<number> {
  const { code, stdout, stderr } = await tryCreatePolicy(agent, type, flags);
  if (code !== 0) throw new Error(`a ${type} policy was not made: ${stderr}`);
  return (JSON.parse(stdout) as { id: number }).id;
}

export function creation(account: string, path: string): Flags {
  return { 'creation-account-id': account, 'creation-base-path': path };
}

export function repeatCopy(from: Place, to: Place): Flags {
  return {
    'repeat-copy-source-base-path': from.path,
    'repeat-copy-base-source-account-id': from.account,
    'repeat-copy-base-target-account-id': to.account,
    'repeat-copy-base-target-base-path': to.path,
    'repeat-copy-base-target-dataset-type': 'FILE',
  };
}

export function copyOnce(dataset: number, from: Place, to: Place): Flags {
  return {
    'copy-dataset-id': dataset,
    'copy-source-base-path': from.path,
    'copy-base-source-account-id': from.account,
    'copy-base-target-account-id': to.account,
    'copy-base-target-base-path': to.path,
    'copy-base-target-dataset-type': 'FILE',
  };
}

/** A path at an account, both as the agent that runs the policy names them. */
export interface Place {
  readonly account: string;
  readonly path: string;
}

/** Runs a policy to the end of its job, however that ends. */
export async function runPolicy(
  agent: AgentProcess,
  policy: number | string,
  ...options: readonly string[]
): Promise<RunResult> {
  const words = ['policies', 'run', String(policy), '--wait', ...patience(options), ...options];
  const { code, stdout, stderr } = await dm(agent, '--format=json', ...words);
  return { code, stderr, job: stdout.startsWith('{') ? (JSON.parse(stdout) as JobView) : null };
}

/** Runs a policy whose job must finish whole. */
export async function mustRun(
  agent: AgentProcess,
  policy: number | string,
  ...options: readonly string[]
): Promise<JobView> {
  const { code, stderr, job } = await runPolicy(agent, policy, ...options);
  if (code === 0 && job !== null) return job;
  const failed = (job?.failed_entries ?? []).slice(0, 5).map((one) => JSON.stringify(one));
  throw new Error(`policy ${policy} exited ${code}: ${stderr}${failed.join('\n')}`);
}

export function hasEnded({ state }: { readonly state: string }): boolean {
  return isJobState(state) && ENDED_STATES.has(state);
}

export function viewJob(agent: AgentProcess, id: number): Promise<JobView> {
  return dmJson<JobView>(agent, 'jobs', 'view', String(id));
}

export function listDatasets(
  agent: AgentProcess,
  basePath: string,
  account = 'local',
): Promise<DatasetView[]> {
  const filter = [`--base-path=${basePath}`, `--account-id=${account}`];
  return dmJson<DatasetView[]>(agent, 'datasets', 'list', ...filter);
}

/**
 * A tree that is captured and copied by two policies of one agent, as often as `sync` is called.
 */
export class CopyPair {
  private constructor(
    readonly agent: AgentProcess,
    readonly creation: number,
    readonly copy: number,
  ) {}

  static async create(
    agent: AgentProcess,
    from: Place,
    to: Place,
    flags: Flags = {},
  ): Promise<CopyPair> {
    const [make, copy] = await Promise.all([
      createPolicy(agent, 'CREATION', creation(from.account, from.path)),
      createPolicy(agent, 'REPEAT_COPY', { ...repeatCopy(from, to), ...flags }),
    ]);
    return new CopyPair(agent, make, copy);
  }

  /** Makes a dataset and copies it; both must finish whole. Returns the job of the copy. */
  async sync(): Promise<JobView> {
    await mustRun(this.agent, this.creation);
    return mustRun(this.agent, this.copy);
  }
}

function patience(options: readonly string[]): string[] {
  return options.some((option) => option.startsWith('--timeout=')) ? [] : ['--timeout=120'];
}

import type { LazySpec } from './command-spec.js';

/** Every top-level command in the order of the help. */
export const COMMAND_TREE: readonly LazySpec[] = [
  {
    name: 'certificates',
    summary: 'certificate authorities, identities, revocation',
    load: async () => (await import('./commands/certificates.js')).certificates,
  },
  {
    name: 'accounts',
    summary: 'places that hold datasets',
    load: async () => (await import('./commands/accounts.js')).accounts,
  },
  {
    name: 'policies',
    summary: 'what is captured and copied',
    load: async () => (await import('./commands/policies.js')).policies,
  },
  {
    name: 'base-policies',
    summary: 'values that several policies share',
    load: async () => (await import('./commands/base-policies.js')).basePolicies,
  },
  {
    name: 'jobs',
    summary: 'runs of policies',
    load: async () => (await import('./commands/jobs.js')).jobs,
  },
  {
    name: 'historical-jobs',
    summary: 'jobs that have ended',
    load: async () => (await import('./commands/historical-jobs.js')).historicalJobs,
  },
  {
    name: 'reports',
    summary: 'what ended jobs did, in figures',
    load: async () => (await import('./commands/reports.js')).reports,
  },
  {
    name: 'datasets',
    summary: 'images of directory trees',
    load: async () => (await import('./commands/datasets.js')).datasets,
  },
  {
    name: 'targets',
    summary: 'trees received here',
    load: async () => (await import('./commands/targets.js')).targets,
  },
  {
    name: 'object',
    summary: 'backups in object accounts',
    load: async () => (await import('./commands/object.js')).object,
  },
  {
    name: 'grants',
    summary: 'what single peers may do here',
    load: async () => (await import('./commands/grants.js')).grants,
  },
  {
    name: 'peer-access',
    summary: 'what peers may do here without a grant',
    load: async () => (await import('./commands/peer-access.js')).peerAccess,
  },
  {
    name: 'protect',
    summary: 'policies that copy a tree on by themselves',
    load: async () => (await import('./commands/protect.js')).protectOf(COMMAND_TREE),
  },
  {
    name: 'status',
    summary: 'whether all is well',
    load: async () => (await import('./commands/status.js')).status,
  },
  {
    name: 'throttling',
    summary: 'how much of the network and of the CPU is used',
    load: async () => (await import('./commands/throttling.js')).throttling,
  },
  {
    name: 'browse',
    summary: 'look into datasets and download from them',
    load: async () => (await import('./commands/browse.js')).browse,
  },
  {
    name: 'versions',
    summary: 'one path in every dataset of a place',
    load: async () => (await import('./commands/versions.js')).versions,
  },
  {
    name: 'diff',
    summary: 'paths that differ between two datasets',
    load: async () => (await import('./commands/diff.js')).diff,
  },
  {
    name: 'restore',
    summary: 'bring a dataset, or paths of it, back',
    load: async () => (await import('./commands/restore.js')).restore,
  },
  {
    name: 'config',
    summary: 'the setup of an agent as a file',
    load: async () => (await import('./commands/config.js')).configOf(COMMAND_TREE),
  },
  {
    name: 'state',
    summary: "an agent's memory: export, import, rebuild",
    load: async () => (await import('./commands/state.js')).state,
  },
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    load: async () => (await import('./commands/completion.js')).completionOf(COMMAND_TREE),
  },
];

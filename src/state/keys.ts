/**
 * Every key range of the state database, in one place. Numbers are zero-padded so that byte order
 * is numeric order. Values are JSON unless said. A retired range keeps its line here.
 *
 *   meta/schema                               number: version of this layout
 *   meta/system                               {guid, createdAtMs}
 *   meta/incarnation                          text: tells this state from the one it was imported from
 *   meta/clock                                ClockRecord: the clock when it was last looked at
 *   counter/{kind}                            number: last id given
 *   ca/{id}                                   StoredCa
 *   identity/{id}                             StoredIdentity; holds a private key
 *   crl/{id}                                  StoredCrl
 *   settings/certificates                     CertificateSettings
 *   settings/grants-only                      true from the first grant on, until it is taken back
 *   grant/{id:10}                             Grant
 *   bandwidth-rule/{id:10}                    BandwidthRule
 *   settings/cpu                              CpuSettings
 *   account/{id}                              Account
 *   account-secrets/{id}                      AccountSecrets
 *   base-policy/{id:10}                       BasePolicy
 *   policy/{id:10}                            Policy
 *   policy-base/{id:10}                       PolicyBase: what the policy's next increment starts from
 *   policy-outcome/{id:10}                    PolicyOutcome; stays when the policy's jobs are deleted
 *   job/{id:10}                               Job
 *   job-open/{id:10}                          number: id of a job that has not ended
 *   job-ended/{ended at, ms:15}/{id:10}       number: id of a job that has ended
 *   job-failure/{job:10}/{hash of path}       {path (base64), code, message}
 *   dataset/{number:10}                       {localTree, id}
 *   dataset-number/{localTree}/{dataset id}   number
 *   peer-dataset/{owner}/{base path: base64url}/{dataset id}   true: made here at the wish of that peer
 *   peer-lock/{owner}/{holder}                PeerLock: a dataset that a peer needs here
 *   peer-contact/{owner}                      number: when a peer that holds locks last called, at most an hour ago
 *   lock-release/{account id}/{holder}        number: since when a holder of ours needs nothing at that account any more
 *   tree-summary/{local tree}                 TreeSummary: what was read of the records of a tree's datasets
 *   request/{request id} {base path: base64}  dataset id: what a request to make a dataset was given
 */
export const SCHEMA_VERSION = 1;

const NUMBER_DIGITS = 10;
const TIME_DIGITS = 15;

function padded(value: number): string {
  return String(value).padStart(NUMBER_DIGITS, '0');
}

export const keys = {
  schema: 'meta/schema',
  system: 'meta/system',
  incarnation: 'meta/incarnation',
  clock: 'meta/clock',
  certificateSettings: 'settings/certificates',
  cpuSettings: 'settings/cpu',
  bandwidthRule: (id: number) => `bandwidth-rule/${padded(id)}`,
  grantsOnly: 'settings/grants-only',
  counter: (kind: string) => `counter/${kind}`,
  ca: (id: string) => `ca/${id}`,
  identity: (id: string) => `identity/${id}`,
  crl: (id: string) => `crl/${id}`,
  grant: (id: number) => `grant/${padded(id)}`,
  account: (id: string) => `account/${id}`,
  accountSecrets: (id: string) => `account-secrets/${id}`,
  basePolicy: (id: number) => `base-policy/${padded(id)}`,
  policy: (id: number) => `policy/${padded(id)}`,
  policyBase: (id: number) => `policy-base/${padded(id)}`,
  policyOutcome: (id: number) => `policy-outcome/${padded(id)}`,
  job: (id: number) => `job/${padded(id)}`,
  jobOpen: (id: number) => `job-open/${padded(id)}`,
  jobEnded: (endedAtMs: number, id: number) =>
    `job-ended/${String(endedAtMs).padStart(TIME_DIGITS, '0')}/${padded(id)}`,
  jobFailures: (job: number) => `job-failure/${padded(job)}/`,
  dataset: (number: number) => `dataset/${padded(number)}`,
  datasetNumber: (localTree: string, id: string) => `dataset-number/${localTree}/${id}`,
  peerDatasets: (owner: string, basePath: Uint8Array) =>
    `peer-dataset/${owner}/${Buffer.from(basePath).toString('base64url')}/`,
  peerLock: (id: { readonly owner: string; readonly holder: string }) =>
    `peer-lock/${id.owner}/${id.holder}`,
  peerContact: (owner: string) => `peer-contact/${owner}`,
  lockRelease: (accountId: string, holder: string) => `lock-release/${accountId}/${holder}`,
  treeSummary: (localTree: string) => `tree-summary/${localTree}`,
  request: (id: string) => `request/${id}`,
} as const;

/** Prefixes of the ranges that are listed. */
export const ranges = {
  ca: 'ca/',
  identity: 'identity/',
  crl: 'crl/',
  grant: 'grant/',
  account: 'account/',
  accountSecrets: 'account-secrets/',
  bandwidthRule: 'bandwidth-rule/',
  basePolicy: 'base-policy/',
  policy: 'policy/',
  policyBase: 'policy-base/',
  policyOutcome: 'policy-outcome/',
  peerDataset: 'peer-dataset/',
  peerLock: 'peer-lock/',
  peerContact: 'peer-contact/',
  lockRelease: 'lock-release/',
  job: 'job/',
  jobOpen: 'job-open/',
  jobEnded: 'job-ended/',
  jobFailure: 'job-failure/',
  dataset: 'dataset/',
  treeSummary: 'tree-summary/',
} as const;

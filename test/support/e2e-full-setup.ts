import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { makeCa, makeCrl, makeIdentity, writeCertificate } from './certificates.js';
import type { TestAgents } from './e2e-agents.js';
import { sharedCertificates } from './e2e-certificates.js';
import { dm } from './e2e-dm.js';
import { flagWords } from './e2e-policies.js';

type Flags = Parameters<typeof flagWords>[0];

/** Programs that the policies run: to be made in the `--hooks-dir` of the agents. */
export const HOOKS = ['freeze', 'thaw'] as const;

/** How many objects of each section the setup has. */
export const SETUP_SIZES = {
  'certificates.ca': 2,
  'certificates.identity': 2,
  'certificates.crl': 1,
  'certificates.revoked': 2,
  accounts: 5,
  grants: 2,
  'throttling.bw-rules': 3,
  'base-policies': 2,
  policies: 7,
} as const;

/**
 * The files that the setup is made of, by the name of the object and the
 * option that they are for. What is secret in them is planted.
 */
export async function writeSetupFiles(agents: TestAgents): Promise<Record<string, string>> {
  const directory = agents.scratch('setup');
  mkdirSync(directory);
  const write = (name: string, content: string | Buffer) => {
    const path = `${directory}/${name}`;
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const ca = makeCa({ name: 'site' });
  const other = writeCertificate(directory, 'other', makeIdentity(ca, { name: 'other' }));
  const identity = await sharedCertificates.identity('alpha');
  const revoked = makeIdentity(ca, { name: 'gone' });
  return {
    'test-CA certificate-path': await sharedCertificates.ca(),
    'site certificate-path': write('site.pem', ca.certPem),
    'alpha-ID certificate-path': `${identity}/identity.crt`,
    'alpha-ID certificate-key-path': `${identity}/identity.key`,
    'other certificate-path': other.certPath,
    'other certificate-key-path': other.keyPath,
    'site-crl crl-path': write('site.crl', makeCrl(ca, { revoked: [revoked] })),
    'disk encryption-passphrase-file': write('passphrase', 'planted-passphrase-of-a-disk\n'),
    'bucket secret-key-file': write('secret', 'planted-secret-of-a-bucket\n'),
    'bucket session-token-file': write('token', 'planted-token-of-a-bucket\n'),
    'bucket ca-file': write('endpoint.pem', ca.certPem),
    'bucket encryption-key-file': write(
      'key',
      Buffer.concat([Buffer.from('planted-key'), randomBytes(32)]),
    ),
  };
}

/**
 * Gives an agent that has its certificates and an account of beta one of everything
 * that a document can say, with most of the options there are.
 */
export async function makeFullSetup(
  agents: TestAgents,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const agent = agents.agent(name);
  const run = async (words: string, flags: Flags = {}): Promise<void> => {
    const { code, stderr } = await dm(agent, ...words.split(' '), ...flagWords(flags));
    if (code !== 0) throw new Error(`dm ${words} exited ${code}: ${stderr}`);
  };
  const fileFlags = (object: string): Flags =>
    Object.fromEntries(
      Object.entries(files)
        .map(([key, path]) => [key.split(' ')[0], key.split(' ')[1] ?? '', path] as const)
        .filter(([of]) => of === object)
        .map(([, option, path]) => [option, path]),
    );
  const certificate = (kind: string, of: string, more: Flags = {}) =>
    run(`certificates ${kind} create`, { name: of, ...fileFlags(of), ...more });
  await certificate('ca', 'site', { description: 'the "other" site: ours, too' });
  await certificate('identity', 'other', { description: 'not in use # yet' });
  await certificate('crl', 'site-crl');
  for (const of of [`spki:${'ab'.repeat(32)}`, 'ef'.repeat(32)]) {
    await run(`certificates revoke ${of}`);
  }

  const account = (type: string, of: string, flags: Flags) =>
    run(`accounts create ${type}`, { name: of, ...flags, ...fileFlags(of) });
  await account('DM', 'zeta', {
    uri: 'dm://127.0.0.1:1,[::1]:1',
    'ca-certificate-id': 'site',
    'client-certificate-id': 'other',
    'peer-fingerprint': `${'cd'.repeat(32)},${'ce'.repeat(32)}`,
    briefcase: 'call #4711: "night shift"',
    'max-tasks': 3,
    compression: 'off',
  });
  await account('DIRECTORY', 'disk', {
    uri: `file://${agents.scratch('store')}`,
    'single-writer': true,
    'max-tasks': 2,
  });
  await account('S3', 'bucket', {
    uri: 'https://127.0.0.1:1/bucket/pre/fix',
    'access-id': 'AKIA0123456789',
    region: 'eu-west-1',
    addressing: 'path',
    'proxy-uri': 'http://127.0.0.1:1',
    'storage-class': 'STANDARD_IA',
    'enforce-sse': true,
    'object-lock-mode': 'GOVERNANCE',
    'object-lock-days': 30,
    'accept-unsigned': true,
  });
  await account('ECS_S3', 'archive', {
    uri: 'http://127.0.0.1:1/archive',
    addressing: 'virtual',
    'allow-insecure': true,
    'read-only': true,
    'as-of': '2026-01-02T03:04:05Z',
  });

  const tree = agents.root(name, 'tree');
  const grant = { ca: 'test-CA', root: tree };
  await run('grants create', { ...grant, identity: 'CN=zeta', allow: 'read,create' });
  await run('grants create', { ...grant, identity: 'CN=beta', allow: 'none' });
  const rule = (netmask: string, limit: number, window: Flags = {}) =>
    run('throttling bw-rules create', { netmask, 'bw-limit': limit, ...window });
  await rule('10.1.0.0/16', 5_000_000, { window: 'mon-fri 08:00-18:00' });
  await rule('10.1.0.0/16', 9_000_000);
  await rule('2001:db8::/32', 100_000);
  await run('throttling settings modify', {
    'allowed-cpu-threshold': 40,
    'system-cpu-load-threshold': 80,
  });
  await makePolicies(agents, name, run);
  await run('certificates settings modify', { 'strict-hostname-check': true });
}

async function makePolicies(
  agents: TestAgents,
  name: string,
  run: (words: string, flags?: Flags) => Promise<void>,
): Promise<void> {
  const tree = agents.root(name, 'tree');
  await run('base-policies create nights', {
    'override-list': ['SCHEDULE', 'PRIORITY', 'TGT_DATASET_RETENTION'],
    recurrence: ['0 2 * * *', '30 4 * * SUN'],
    'time-zone': 'Europe/Berlin',
    priority: 'LOW',
    'tgt-dataset-retention-period': 86_400,
    'tgt-dataset-reserve': 7,
  });
  await run('base-policies create far', {
    'override-list': ['TARGET_ACCOUNT_ID', 'ENABLED'],
    'target-account-id': 'zeta',
    enabled: false,
    briefcase: 'not now',
  });
  const policy = (of: string, type: string, flags: Flags) =>
    run(`policies create ${of}`, { 'policy-type': type, ...flags });
  const copyOf = (account: string, path: string, type = 'FILE'): Flags => ({
    'repeat-copy-source-base-path': tree,
    'repeat-copy-base-source-account-id': 'local',
    'repeat-copy-base-target-account-id': account,
    'repeat-copy-base-target-base-path': path,
    'repeat-copy-base-target-dataset-type': type,
  });
  // The child first, which gets its parent later: the parent has the higher number.
  await policy('push', 'REPEAT_COPY', {
    ...copyOf('beta', agents.root('beta', 'copy')),
    'repeat-copy-reconnect': true,
    'repeat-copy-on-drift': 'fail',
    'repeat-copy-rpo-alert': 7_200,
    'repeat-copy-base-dataset-retention-period': 0,
    'repeat-copy-base-dataset-reserve': 24,
    'max-delete': '5%',
    partial: 'fail',
    briefcase: 'push: "daily"',
  });
  await policy('make', 'CREATION', {
    'creation-account-id': 'local',
    'creation-base-path': tree,
    'creation-exclude': ['*.tmp', '/a b/', '!keep.tmp'],
    'creation-snapshot': 'none',
    'creation-dataset-retention-period': 3_600,
    'creation-dataset-reserve': 3,
    'pre-command': `${HOOKS[0]} db1`,
    'post-command': `${HOOKS[1]} db1`,
    priority: 'HIGH',
    'start-time': '2098-05-29T10:20:00Z',
    recurrence: ['0 * * * *', '0 15 10 * * ? 2099'],
    'date-times': ['2098-12-31 23:00:00', '2099-01-01T00:00:00+02:00'],
    'time-zone': 'Asia/Tokyo',
  });
  await run('policies modify push', { 'parent-exec-policy-id': 'make' });
  await policy('backup', 'REPEAT_COPY', {
    ...copyOf('disk', '/backup', 'FILE_ON_OBJECT_BACKUP'),
    'base-policy-id': 'nights',
    priority: 'HIGH',
  });
  await policy('elsewhere', 'REPEAT_COPY', {
    ...copyOf('beta', '/far/away'),
    'base-policy-id': 'far',
    'parent-exec-policy-id': 'push',
  });
  await policy('back', 'COPY', {
    'copy-dataset-id': 7,
    'copy-source-base-path': '/far/tree',
    'copy-source-subpaths': ['docs/plan b', 'docs/new\\x0aline'],
    'copy-create-dataset-on-target': false,
    'copy-base-source-account-id': 'beta',
    'copy-base-target-account-id': 'local',
    'copy-base-target-base-path': agents.root(name, 'back'),
    'copy-base-target-dataset-type': 'FILE',
  });
  await policy('sweep', 'EXPIRATION', {
    'expiration-account-id': 'disk',
    'parent-exec-policy-id': 'backup',
  });
  await policy('local-sweep', 'EXPIRATION', { enabled: false, recurrence: ['5 * * * *'] });
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm } from '../support/e2e-dm.js';
import {
  copyOnce,
  createPolicy,
  creation,
  flagWords,
  listDatasets,
  mustRun,
  repeatCopy,
  tryCreatePolicy,
} from '../support/e2e-policies.js';

type Flags = Parameters<typeof flagWords>[0];

interface Row {
  readonly what: string;
  readonly type: 'CREATION' | 'COPY' | 'REPEAT_COPY' | 'EXPIRATION';
  /** What makes a valid policy an invalid one. */
  readonly flags: Flags;
  /** Code and message. */
  readonly told: RegExp;
}

describe('policies are validated when they are made and when they are changed:', () => {
  let agents: TestAgents;
  const valid = new Map<Row['type'], { readonly flags: Flags; readonly id: number }>();

  before(async () => {
    agents = await TestAgents.open({ agents: [{ name: 'alpha', certified: false }] });
    const alpha = agents.agent('alpha');
    const root = (...below: string[]) => agents.root('alpha', ...below);
    for (const name of ['tree', 'store']) mkdirSync(root(name));
    writeFileSync(root('tree', 'file'), 'x');
    const store = ['DIRECTORY', '--name=store', `--uri=file://${agents.scratch('store')}`];
    expect((await dm(alpha, 'accounts', 'create', ...store)).code).to.equal(0);
    const from = { account: 'local', path: root('tree') };
    const make = creation('local', root('tree'));
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', make));
    const number = (await listDatasets(alpha, root('tree')))[0]?.id ?? 0;
    const kinds: [Row['type'], Flags][] = [
      ['CREATION', make],
      ['COPY', copyOnce(number, from, { account: 'local', path: root('once') })],
      ['REPEAT_COPY', repeatCopy(from, { account: 'local', path: root('again') })],
      ['EXPIRATION', { 'expiration-account-id': 'local' }],
    ];
    for (const [type, flags] of kinds) {
      valid.set(type, { flags, id: await createPolicy(alpha, type, flags) });
    }
  });
  after(() => agents[Symbol.asyncDispose]());

  const at = (...below: string[]) => agents.root('alpha', ...below);
  const table = (): Row[] => [
    {
      what: 'an unknown account',
      type: 'CREATION',
      flags: { 'creation-account-id': 'nobody' },
      told: /^dm: not_found: .*"nobody" does not exist; see `dm accounts list`/,
    },
    {
      what: 'an unknown source account',
      type: 'REPEAT_COPY',
      flags: { 'repeat-copy-base-source-account-id': 'nobody' },
      told: /^dm: not_found: .*"nobody"/,
    },
    {
      what: 'an unknown target account',
      type: 'COPY',
      flags: { 'copy-base-target-account-id': 'nobody' },
      told: /^dm: not_found: .*"nobody"/,
    },
    {
      what: 'an unknown account of expiry',
      type: 'EXPIRATION',
      flags: { 'expiration-account-id': 'nobody' },
      told: /^dm: not_found: .*"nobody"/,
    },
    {
      what: 'an object account to make datasets at',
      type: 'CREATION',
      flags: { 'creation-account-id': 'store' },
      told: /^dm: invalid_argument: .*cannot be an object account/,
    },
    {
      what: 'a base path outside the roots',
      type: 'CREATION',
      flags: { 'creation-base-path': '/etc' },
      told: /^dm: path_outside_roots: \/etc lies under no --root of its agent; .* start that agent/,
    },
    {
      what: 'a base path with ".."',
      type: 'CREATION',
      flags: { 'creation-base-path': `${at('tree')}/../other` },
      told: /^dm: invalid_argument: --creation-base-path .*without "\." or "\.\."/,
    },
    {
      what: 'a target outside the roots',
      type: 'REPEAT_COPY',
      flags: { 'repeat-copy-base-target-base-path': '/etc/x' },
      told: /^dm: path_outside_roots: \/etc\/x/,
    },
    {
      what: 'a target inside its own source',
      type: 'REPEAT_COPY',
      flags: { 'repeat-copy-base-target-base-path': at('tree', 'copy') },
      told: /^dm: invalid_argument: target .* and source .* lie inside each other/,
    },
    {
      what: 'a target above its own source, by way of the loopback',
      type: 'COPY',
      flags: {
        'copy-base-target-account-id': 'loopback',
        'copy-base-target-base-path': at(),
      },
      told: /^dm: invalid_argument: target .* and source .* lie inside each other/,
    },
    {
      what: 'a target inside that of another policy',
      type: 'COPY',
      flags: { 'copy-base-target-base-path': at('again', 'below') },
      told: /^dm: target_forbidden: .*the target of policy \d+ .*lie inside each other/,
    },
    {
      what: 'a base path above a target',
      type: 'CREATION',
      flags: { 'creation-base-path': at() },
      told: /^dm: target_forbidden: .*the target of policy \d+ .*lie inside each other/,
    },
    {
      what: 'no dataset',
      type: 'COPY',
      flags: { 'copy-dataset-id': 999 },
      told: /^dm: not_found: --copy-dataset-id 999 names no dataset of this agent/,
    },
    {
      what: 'a subpath that leaves the base',
      type: 'COPY',
      flags: { 'copy-source-subpaths': '../file' },
      told: /^dm: invalid_argument: subpath "\.\.\/file" must be relative/,
    },
    {
      what: 'plain objects again and again',
      type: 'REPEAT_COPY',
      flags: { 'repeat-copy-base-target-account-id': 'store' },
      told: /^dm: invalid_argument: target dataset type FILE makes plain objects .*a full copy each time; use a COPY/,
    },
    {
      what: 'a backup where files are',
      type: 'REPEAT_COPY',
      flags: { 'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP' },
      told: /^dm: invalid_argument: target dataset type FILE_ON_OBJECT_BACKUP is for object/,
    },
    {
      what: 'a policy that lives elsewhere',
      type: 'COPY',
      flags: { 'copy-base-base-account-id': 'store' },
      told: /^dm: not_supported: base-account-id "store" is not local: .*make the policy on that agent/,
    },
    {
      what: 'a parent that is not there',
      type: 'REPEAT_COPY',
      flags: { 'parent-exec-policy-id': 4711 },
      told: /^dm: not_found: parent policy 4711 does not exist/,
    },
    {
      what: 'a schedule that is none',
      type: 'CREATION',
      flags: { recurrence: '61 * * * *' },
      told: /^dm: invalid_argument: .*61/,
    },
    {
      what: 'a start time that is none',
      type: 'EXPIRATION',
      flags: { 'start-time': 'tomorrow' },
      told: /^dm: invalid_argument: .*tomorrow/,
    },
    {
      what: 'a command without --hooks-dir',
      type: 'CREATION',
      flags: { 'pre-command': 'freeze' },
      told: /^dm: \w+: .*--hooks-dir/,
    },
  ];

  it('each wrong thing is refused with its own message, and nothing is changed', async () => {
    const alpha = agents.agent('alpha');
    const state = async () => (await dm(alpha, '--format=json', 'policies', 'list')).stdout;
    const before = await state();
    for (const { what, type, flags, told } of table()) {
      const { flags: right, id } = valid.get(type) ?? { flags: {}, id: 0 };
      const made = await tryCreatePolicy(alpha, type, { ...right, ...flags });
      expect(made.code, what).to.not.equal(0);
      expect(made.stderr, what).to.match(told);
      const changed = await dm(alpha, 'policies', 'modify', String(id), ...flagWords(flags));
      expect(changed.stderr, what).to.equal(made.stderr);
      expect(changed.code, what).to.equal(made.code);
      expect(made.stderr.trimEnd().split('\n'), what).to.have.length(1);
    }
    expect(await state()).to.equal(before);
  });

  it('a chain that comes back to where it began is refused', async () => {
    const alpha = agents.agent('alpha');
    const [first, second] = [valid.get('CREATION')?.id, valid.get('REPEAT_COPY')?.id];
    const follow = (child?: number, parent?: number) =>
      dm(alpha, 'policies', 'modify', String(child), `--parent-exec-policy-id=${parent}`);
    expect((await follow(second, first)).code).to.equal(0);
    const { code, stderr } = await follow(first, second);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^dm: invalid_argument: policy \d+ would wait for itself/);
    expect((await follow(first, first)).stderr).to.match(/would wait for itself/);
  });
});

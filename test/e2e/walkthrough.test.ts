import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { type DatasetView, mustRun } from '../support/e2e-policies.js';
import { until } from '../support/e2e-until.js';
import { ACCESS_ID, BUCKET, S3Server, SECRET_KEY } from '../support/s3-server/s3-server.js';
import { differences } from '../support/walker.js';

const START = '--start-time=2022-10-12 12:00:00';
const COPY_START = '--start-time=2025-05-29 10:20:00';
const KEEP = [
  '--repeat-copy-base-dataset-retention-period=12000',
  '--repeat-copy-base-dataset-reserve=10',
  '--repeat-copy-base-policy-dataset-expiry-action=DELETE',
];

interface TreeNode {
  readonly name: string;
  readonly type: string;
  readonly size?: string;
  readonly subdir?: readonly TreeNode[];
}

/**
 * Backup to object storage as OneFS SmartSync is used for it, command by command, in this order.
 */
describe('the steps of a backup to object storage', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let server: S3Server;
  let make = 0;
  const root = () => agents.root('first');
  const source = () => join(root(), 'dm_source');

  before(async () => {
    server = await S3Server.open({ versioning: true });
    agents = await TestAgents.open({ agents: [{ name: 'first' }, { name: 'second' }] });
    mkdirSync(join(source(), 'data', 'sub_dir'), { recursive: true });
    writeFileSync(join(source(), 'README.txt'), 'abc\n');
    writeFileSync(join(source(), 'More_data.txt'), 'more\n');
    writeFileSync(join(source(), 'file_with_acl'), 'guarded\n');
    writeFileSync(join(source(), 'data', 'sub_dir', 'a_file'), 'deep\n');
    mkdirSync(join(source(), 'empty'));
    execFileSync('setfacl', ['-m', 'u:1234:r', join(source(), 'file_with_acl')]);
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const first = (...words: string[]) =>
    dmJson<{ id: string | number }>(agents.agent('first'), ...words);
  const second = (...words: string[]) =>
    dmJson<{ id: string | number }>(agents.agent('second'), ...words);
  const cloudAccount = (name: string) => [
    ...['accounts', 'create', 'ECS_S3', '--auth-mode=CLOUD', `--access-id=${ACCESS_ID}`],
    ...[`--secret-key=${SECRET_KEY}`, `--name=${name}`, `--uri=${server.endpoint}/${BUCKET}`],
    '--allow-insecure',
  ];
  const datasetsOf = (agent: string, account: string, path?: string) =>
    dmJson<DatasetView[]>(
      agents.agent(agent),
      ...['datasets', 'list', `--account-id=${account}`],
      ...(path === undefined ? [] : [`--base-path=${path}`]),
    );
  const browse = async (agent: string, script: string) => {
    const { code, stdout, stderr } = await dm(agents.agent(agent), 'browse', '-c', script);
    expect(code, stderr).to.equal(0);
    return stdout;
  };

  it('makes a cloud account, whose key is never shown', async () => {
    const { id } = await first(...cloudAccount('ECS Test Drive'));
    expect(id).to.match(/^[0-9a-f]{48}$/);
    const { stdout } = await dm(agents.agent('first'), '--format=json', 'accounts', 'list');
    expect(stdout).to.contain('ECS Test Drive').and.not.contain(SECRET_KEY);
  });

  it('makes datasets and backs them up by linked policies', async () => {
    const cloud = 'ECS Test Drive';
    ({ id: make } = (await first(
      ...['policies', 'create', 'create4cloud', 'NORMAL', 'true', 'CREATION'],
      ...['--creation-account-id=local', `--creation-base-path=${source()}`],
      ...['--creation-dataset-retention-period=72000', '--creation-dataset-expiry-action=DELETE'],
      START,
    )) as { id: number });
    await first(
      ...['policies', 'create', 'Backup2ECS', '--priority=NORMAL', '--enabled=true'],
      ...['--policy-type=REPEAT_COPY', `--parent-exec-policy-id=${make}`],
      `--repeat-copy-source-base-path=${source()}`,
      ...['--repeat-copy-base-base-account-id=local', '--repeat-copy-base-source-account-id=local'],
      '--repeat-copy-base-new-tasks-account=local',
      `--repeat-copy-base-target-account-id=${cloud}`,
      '--repeat-copy-base-target-base-path=portableOneFS',
      '--repeat-copy-base-target-dataset-type=FILE_ON_OBJECT_BACKUP',
      ...KEEP,
      COPY_START,
    );
    // Its start time is past, so that the first run is due at once; what else
    // is asked for makes a further one.
    await first('policies', 'modify', '--run-now=true', String(make));
    await until('the backup is there', async () => (await datasetsOf('first', cloud)).length > 0);
    await first('policies', 'modify', String(make), '--recurrence=0 * * * *');
  });

  it('cleans up old local datasets every hour', async () => {
    const { id } = await first(
      ...['policies', 'create', 'local_cleanup', 'NORMAL', 'true', 'EXPIRATION'],
      ...['--expiration-account-id=local', START, '--recurrence=0 * * * *'],
    );
    const job = (await mustRun(agents.agent('first'), id)) as unknown as {
      type: string;
      expiration: { expired_total: number };
    };
    // Their 20 hours are not over.
    expect([job.type, job.expiration.expired_total]).to.deep.equal(['DATASET_EXPIRATION_JOB', 0]);
    expect((await datasetsOf('first', 'local')).length).to.be.above(0);
  });

  it('looks into the backup', async () => {
    const { stdout } = await dm(
      agents.agent('first'),
      ...['object', 'list', '--account-id', 'ECS Test Drive', '--target-type=backup'],
      ...['--basepath', 'portableOneFS'],
    );
    const gfids: string[] = [];
    const tree = JSON.parse(stdout, function (this: unknown, key, value: unknown) {
      if (key !== 'gfid') return value;
      gfids.push(String(value));
      return undefined;
    }) as TreeNode;
    expect(new Set(gfids)).to.have.property('size', 8);
    for (const gfid of gfids) expect(gfid).to.match(/^[0-9A-F]{36}[1-9][0-9]*$/);
    const leaf = (name: string, bytes: number) => ({ name, size: `${bytes} bytes`, type: 'file' });
    const folder = (name: string, ...subdir: object[]) => ({ name, subdir, type: 'directory' });
    expect(tree).to.deep.equal(
      folder(
        'portableOneFS',
        ...[leaf('More_data.txt', 5), leaf('README.txt', 4)],
        folder('data', folder('sub_dir', leaf('a_file', 5))),
        ...[folder('empty'), leaf('file_with_acl', 8)],
      ),
    );
    const here = 'connect-account "ECS Test Drive"; connect-dataset 1; ';
    expect((await browse('first', `${here}find`)).split('\n')).to.deep.equal([
      ...['./data/', './empty/', './More_data.txt', './README.txt', './file_with_acl'],
      ...['./data/sub_dir/', './data/sub_dir/a_file', ''],
    ]);
    expect((await browse('first', `${here}ls`)).split('\n')).to.deep.equal([
      ...['More_data.txt                  [file]', 'README.txt                     [file]'],
      ...['data                           [dir]', 'empty                          [dir]'],
      ...['file_with_acl                  [file]', ''],
    ]);
    expect(await browse('first', `${here}cd data; pwd`)).to.equal('portableOneFS:data/\n');
    const target = agents.scratch('testfolder');
    mkdirSync(target);
    await browse(
      'first',
      `${here}cd data; download sub_dir ${target}; download ../README.txt ${target}/one`,
    );
    expect(readFileSync(join(target, 'sub_dir/a_file'), 'utf8')).to.equal('deep\n');
    // A download brings no security descriptor unless it is told to.
    const bare = `${here}download file_with_acl ${target}/bare; download file_with_acl ${target}/full --metadata`;
    await browse('first', bare);
    const aclOf = (name: string) =>
      execFileSync('getfacl', ['-cn', join(target, name)], { encoding: 'utf8' });
    expect(aclOf('bare')).to.not.contain('user:1234');
    expect(aclOf('full')).to.contain('user:1234:r--');
    expect(readFileSync(join(target, 'one'), 'utf8')).to.equal('abc\n');
    const stat = await browse('first', `${here}stat file_with_acl`);
    const labels = [
      ...['gstat:{', 'gfile_id = {guid={dmg_guid=', 'local_unid=', 'mode = 0100', 'nlink = 1'],
      ...['uid = 0', 'gid = 0', 'rdev = ', 'atime = ', 'mtime = ', 'ctime = ', 'birthtime = '],
      ...['size = 8', 'flags = ', 'sd: {', 'sd_info = ', 'sd_data = {', 'control = ', 'owner = '],
      ...['group = ', 'dacl={', 'ace_count = ', 'aces=[', 'ace_trustee=uid:1234', 'sacl'],
      ...['extattr_num = 0', 'extattr_names', 'extattr_values', 'sysattr: {'],
      ...['Parent gfid count #1:', 'Parent gfid #0: {', '{digest='],
    ];
    for (const label of labels) expect(stat).to.contain(label);
  });

  it('shows places and datasets as the shell lists them', async () => {
    const accounts = (await browse('first', 'list-accounts')).trimEnd().split('\n');
    const names = ['DM Local Account', 'DM Loopback Account', 'ECS Test Drive', 'second'];
    expect(accounts.map((line) => line.slice(49))).to.have.members(
      names.map((name) => `(${name})`),
    );
    for (const line of accounts) expect(line).to.match(/^[0-9a-f]{48} \(/);
    const listed = await browse('first', 'connect-account "ECS Test Drive"; list-datasets');
    expect(listed.split('\n')[0]).to.match(
      /^1\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}\tportableOneFS$/,
    );
  });

  const restore = (name: string, target: string, account: string, ...more: string[]) => [
    ...['policies', 'create', name, '--priority=NORMAL', '--enabled=true', '--policy-type=COPY'],
    ...['--copy-dataset-id=1', '--copy-source-base-path=portableOneFS'],
    ...['--copy-create-dataset-on-target=false', `--copy-base-source-account-id=${account}`],
    ...['--copy-base-target-account-id=local', `--copy-base-target-base-path=${target}`],
    ...['--copy-base-target-dataset-type=FILE', ...more],
  ];

  it('restores it, whole and by a single file with its access control list', async () => {
    const whole = join(root(), 'restore');
    const { id } = await first(...restore('RestoreFromECS', whole, 'ECS Test Drive', COPY_START));
    await until('the restore has run by itself', async () => {
      const { job_id } = await dmJson<{ job_id: number | null }>(
        agents.agent('first'),
        ...['policies', 'last-job', String(id)],
      );
      if (job_id === null || job_id === 0) return false;
      const job = await dmJson<{ state: string }>(
        agents.agent('first'),
        'jobs',
        'view',
        String(job_id),
      );
      expect(job.state).to.not.equal('failed');
      return job.state === 'finished';
    });
    expect(differences(source(), whole)).to.deep.equal([]);
    const single = join(root(), 'single');
    const file = restore(
      'SingleFileRestore',
      single,
      'ECS Test Drive',
      '--copy-source-subpaths=file_with_acl',
    );
    await mustRun(agents.agent('first'), (await first(...file)).id);
    expect(existsSync(join(single, 'README.txt'))).to.equal(false);
    const acl = execFileSync('getfacl', ['-cn', join(single, 'file_with_acl')], {
      encoding: 'utf8',
    });
    expect(acl).to.contain('user:1234:r--');
  });

  it('a second cluster browses and restores the same backups', async () => {
    await second(...cloudAccount('same bucket'));
    expect((await datasetsOf('second', 'same bucket')).map(({ id }) => id)).to.deep.equal(
      (await datasetsOf('first', 'ECS Test Drive')).map(({ id }) => id),
    );
    const idOf = (agent: string, name: string) =>
      dmJson<{ id: string }>(agents.agent(agent), 'accounts', 'view', name);
    expect((await idOf('second', 'same bucket')).id).to.not.equal(
      (await idOf('first', 'ECS Test Drive')).id,
    );
    const readme = agents.scratch('readme-there');
    const there = 'connect-account "same bucket"; connect-dataset 1; ';
    await browse('second', `${there}cd data; download ../README.txt ${readme}`);
    expect(readFileSync(readme, 'utf8')).to.equal('abc\n');
    const target = agents.root('second', 'restored');
    const policy = await second(...restore('back', target, 'same bucket'));
    await mustRun(agents.agent('second'), policy.id);
    expect(differences(source(), target)).to.deep.equal([]);
  });

  it("pulls somebody else's tree to object, with nothing configured there", async () => {
    const documents = agents.root('second', 'Documents');
    mkdirSync(documents);
    writeFileSync(join(documents, 'letter'), 'dear\n');
    const { id } = await first(
      ...['policies', 'create', 'on_sec', 'NORMAL', 'true', 'CREATION'],
      ...['--creation-account-id=second', `--creation-base-path=${documents}`],
      ...['--creation-dataset-retention-period=72000', '--creation-dataset-expiry-action=DELETE'],
      '--start-time=2022-10-12 12:00:00',
    );
    await first(
      ...['policies', 'create', 'Backup_SEC_2_ECS', '--priority=NORMAL', '--enabled=true'],
      ...['--policy-type=REPEAT_COPY', `--parent-exec-policy-id=${id}`],
      `--repeat-copy-source-base-path=${documents}`,
      ...[
        '--repeat-copy-base-base-account-id=local',
        '--repeat-copy-base-source-account-id=second',
      ],
      '--repeat-copy-base-new-tasks-account=local',
      ...['--repeat-copy-base-target-account-id=ECS Test Drive'],
      '--repeat-copy-base-target-base-path=fromSEC',
      '--repeat-copy-base-target-dataset-type=FILE_ON_OBJECT_BACKUP',
      ...KEEP,
      COPY_START,
    );
    await first('policies', 'modify', '--run-now=true', String(id));
    await until('the backup of the other cluster is there', async () => {
      return (await datasetsOf('first', 'ECS Test Drive', 'fromSEC')).length > 0;
    });
    expect(await dmJson(agents.agent('second'), 'policies', 'list')).to.have.length(1);
    const there = await datasetsOf('first', 'ECS Test Drive', 'fromSEC');
    const letter = agents.scratch('letter');
    await browse(
      'second',
      `connect-account "same bucket"; connect-dataset ${there[0]?.id}; download letter ${letter}`,
    );
    expect(readFileSync(letter, 'utf8')).to.equal('dear\n');
  });

  it('copies from file to file, there by a push, and looks into datasets of the other', async () => {
    const documents = join(root(), 'Documents');
    mkdirSync(documents);
    writeFileSync(join(documents, 'plan'), 'secret\n');
    const { id } = await first(
      ...['policies', 'create', 'mk', 'NORMAL', 'true', 'CREATION', '--creation-account-id=local'],
      ...[`--creation-base-path=${documents}`, '--creation-dataset-retention-period=72000'],
      ...['--creation-dataset-expiry-action=DELETE', '--recurrence=0 * * * *'],
    );
    const copy = agents.root('second', 'Documents.copy');
    await first(
      ...['policies', 'create', 'push', 'NORMAL', 'true', 'REPEAT_COPY'],
      ...[`--parent-exec-policy-id=${id}`, `--repeat-copy-source-base-path=${documents}`],
      '--repeat-copy-base-source-account-id=local',
      ...['--repeat-copy-base-target-account-id=second'],
      `--repeat-copy-base-target-base-path=${copy}`,
      '--repeat-copy-base-target-dataset-type=FILE',
      ...KEEP,
    );
    const { code, stderr } = await dm(
      agents.agent('first'),
      'policies',
      'run',
      'mk',
      '--wait-chain',
    );
    expect(code, stderr).to.equal(0);
    expect(differences(documents, copy)).to.deep.equal([]);
    const [dataset] = await datasetsOf('first', 'second', copy);
    const plan = agents.scratch('plan');
    await browse(
      'first',
      `connect-account second; connect-dataset ${dataset?.id}; download plan ${plan}`,
    );
    expect(readFileSync(plan, 'utf8')).to.equal('secret\n');
  });

  it('pulls what the other has made, with nothing configured there', async () => {
    const before = await dmJson<object[]>(agents.agent('first'), 'policies', 'list');
    const vault = agents.root('second', 'vault');
    const { id } = await second(
      ...['policies', 'create', 'pull', 'NORMAL', 'true', 'REPEAT_COPY'],
      `--repeat-copy-source-base-path=${join(root(), 'Documents')}`,
      ...['--repeat-copy-base-source-account-id=first'],
      ...['--repeat-copy-base-target-account-id=local'],
      `--repeat-copy-base-target-base-path=${vault}`,
      ...['--repeat-copy-base-target-dataset-type=FILE', ...KEEP],
    );
    await mustRun(agents.agent('second'), id);
    expect(differences(join(root(), 'Documents'), vault)).to.deep.equal([]);
    expect(await dmJson(agents.agent('first'), 'policies', 'list')).to.have.length(before.length);
  });
});

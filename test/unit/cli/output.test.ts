import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import type {
  DatasetView,
  Job,
  PingAccountReply,
  Status,
  TargetView,
} from '../../../src/cli/control-messages.js';
import { csvRecord } from '../../../src/cli/format/csv.js';
import { valueText } from '../../../src/cli/format/field-text.js';
import { humanBytes, humanDuration, nanosecondTime } from '../../../src/cli/format/humanise.js';
import { runLine, stream } from './cli-fixture.js';

function target(fields: Partial<TargetView>): TargetView {
  return {
    path: '/srv/copy',
    path_base64: '',
    tree: '00',
    origin_system: '',
    origin_base_path: '/data',
    owner: 'second',
    state: 'idle',
    head_dataset_id: 3,
    last_received_at: '',
    datasets: 2,
    ...fields,
  };
}

const TARGETS = [
  target({}),
  target({
    path: '/srv/caf\\xe9\\x0a',
    path_base64: Buffer.from('/srv/caf\xe9\n', 'latin1').toString('base64'),
    owner: 'a,"b"\x1b[31m\\',
    state: 'applying',
  }),
];
const methods = { listTargets: async () => ({ targets: [...TARGETS] }) };

describe('output', () => {
  it('aligns tables and escapes control and invalid bytes', async () => {
    const { stdout } = await runLine(['targets', 'list'], methods);
    expect(stdout.split('\n')).to.deep.equal([
      'PATH              STATE     OWNER            HEAD  DATASETS  LAST RECEIVED',
      '/srv/copy         idle      second           3     2         -',
      '/srv/caf\\xe9\\x0a  applying  a,"b"\\x1b[31m\\\\  3     2         -',
      '',
    ]);
  });

  it('leaves the heading away', async () => {
    const table = await runLine(['targets', 'list', '--no-header'], methods);
    expect(table.stdout).to.match(/^\/srv\/copy /);
    const csv = await runLine(['--no-header', '--format=csv', 'targets', 'list'], methods);
    expect(csv.stdout).to.match(/^\/srv\/copy,idle,second,3,2,,,00,/);
  });

  it('colours states only on a terminal and without NO_COLOR', async () => {
    const argv = ['targets', 'list'];
    const coloured = await runLine(argv, methods, { isTTY: true });
    expect(coloured.stdout).to.contain('\x1b[36mapplying\x1b[0m');
    const plain = await runLine(argv, methods, { isTTY: true, env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.to.contain('\x1b');
    expect((await runLine(argv, methods)).stdout).not.to.contain('\x1b');
  });

  it('prints a list as one JSON array of the messages as they are', async () => {
    const { stdout } = await runLine(['targets', 'list', '--format', 'json'], methods);
    expect(JSON.parse(stdout)).to.deep.equal(TARGETS);
    const none = await runLine(['targets', 'list', '--format', 'json'], {
      listTargets: async () => ({ targets: [] }),
    });
    expect(none.stdout).to.equal('[]\n');
  });

  it('prints CSV that another reader takes apart again', async () => {
    const { stdout } = await runLine(['targets', 'list', '--format', 'csv'], methods);
    const script =
      'import csv,sys,json; print(json.dumps(list(csv.reader(sys.stdin, strict=True))))';
    const read = spawnSync('python3', ['-c', script], { input: stdout });
    const rows: unknown = JSON.parse(read.stdout.toString());
    expect(rows).to.have.nested.property('[2][2]', 'a,"b"\x1b[31m\\');
    expect(rows).to.have.nested.property('[0][6]', 'path_base64');
    expect(stdout.split('\r\n')).to.have.length(4);
  });

  it('quotes what CSV needs quoted', () => {
    expect(csvRecord(['a b', 'a"b', 'a,b', 'a\nb', 7, true, null, { x: 1 }])).to.equal(
      'a b,"a""b","a,b","a\nb",7,true,,"{""x"":1}"\r\n',
    );
  });

  it('gives ids of policies as numbers in JSON and bare for people', async () => {
    const createPolicy = async () => ({ id: '12' });
    const argv = ['policies', 'create', 'x', '--policy-type=CREATION', '--creation-base-path=/x'];
    expect((await runLine(argv, { createPolicy })).stdout).to.equal('12\n');
    const json = await runLine([...argv, '--format=json'], { createPolicy });
    expect(JSON.parse(json.stdout)).to.deep.equal({ id: 12 });
    const account = await runLine(
      ['accounts', 'create', 'DM', '--name=x', '--uri=dm://h:1', '--format=json'],
      { createAccount: async () => ({ id: '0'.repeat(48) }) },
    );
    expect(JSON.parse(account.stdout)).to.deep.equal({ id: '0'.repeat(48) });
  });

  it('streams a long list instead of holding it', async () => {
    let taken = 0;
    let released = 0;
    async function* many(): AsyncGenerator<DatasetView> {
      for (taken = 0; taken < 20_000; taken++) yield { id: taken, expires_at: '' } as DatasetView;
      released = taken;
    }
    for (const format of ['json', 'csv', 'table']) {
      const { stdout } = await runLine(['datasets', 'list', '--format', format], {
        listDatasets: many,
      });
      expect(released).to.equal(20_000);
      expect(stdout.match(/19999/g), format).to.have.length(1);
    }
  });

  it('shows one object with nested messages, sizes and times for people', async () => {
    const job = {
      id: 7,
      state: 'failed',
      retry: { count: 2, next_at: '', reason: 'peer away' },
      progress: null,
      statistics: { bytes_sent: 1_572_864 },
      warnings: [{ path: '/a', path_base64: '', code: 'mount_point' }],
      failed_entries: [],
    } as unknown as Job;
    const { stdout } = await runLine(['jobs', 'view', '7'], { getJob: async () => job });
    expect(stdout.split('\n')).to.deep.equal([
      'id:             7',
      'state:          failed',
      'retry:',
      '  count:   2',
      '  next_at: -',
      '  reason:  peer away',
      'progress:       -',
      'statistics:',
      '  bytes_sent: 1.5 MiB',
      'warnings:',
      '  /a: mount_point',
      'failed_entries: -',
      '',
    ]);
    const json = await runLine(['jobs', 'view', '7', '--format=json'], { getJob: async () => job });
    expect(JSON.parse(json.stdout)).to.deep.equal(job);
  });

  it('shows lists behind the other fields, and no empty fields at the end of their lines', async () => {
    const reply = {
      checks: [
        { name: 'put', result: 'ok', meaning: '', code: '' },
        { name: 'lock', result: 'missing', meaning: 'versions are not locked', code: '' },
      ],
      uri: 'file:///mnt/backup',
    } as unknown as PingAccountReply;
    const { stdout } = await runLine(['accounts', 'ping', 'disk'], {
      pingAccount: async () => reply,
    });
    expect(stdout.split('\n')).to.deep.equal([
      'uri:    file:///mnt/backup',
      'checks:',
      '  put: ok',
      '  lock: missing: versions are not locked',
      '',
    ]);
  });

  it('shows the paths of a status as they arrive: escaped once', async () => {
    const [place, path] = ['beta', '/srv/caf\\xe9'];
    const common = { path, newest_dataset_at: '', age_seconds: 0 };
    const found = {
      ...{ well: true, problems: [], notes: [], jobs: [], roots: [] },
      policies: [
        { ...common, name: 'push', place, type: 'COPY', last_result: '', next_run_at: '' },
      ],
      trees: [
        {
          ...common,
          role: 'origin',
          datasets: 1,
          copied_to: [`${place}:${path}`],
          never_copied_to: [],
        },
      ],
    } as unknown as Status;
    const { stdout } = await runLine(['status'], { getStatus: async () => found });
    expect(stdout.match(/beta:\/srv\/caf\\xe9/g)).to.have.length(2);
  });

  it('humanises numbers and times', () => {
    expect(humanBytes(1023)).to.equal('1023 B');
    expect(humanBytes(1024 ** 2)).to.equal('1.0 MiB');
    expect(humanBytes(1024 ** 2 - 1)).to.equal('1.0 MiB');
    expect(humanDuration(72_000)).to.equal('20 h');
    expect(humanDuration(90_061)).to.equal('1 d 1 h');
    expect(humanDuration(86_405)).to.equal('1 d');
    expect(humanDuration(0)).to.equal('0 s');
    expect(valueText('dataset_retention_period', 0)).to.equal('0 s');
    expect(valueText('mtime_ns', '1500000000000000007')).to.match(/:00\.000000007$/);
    expect(nanosecondTime('-1')).to.match(/59\.999999999$/);
    expect(nanosecondTime('1500000000000000007')).to.match(/:00\.000000007$/);
  });

  it('lists failures with paths whose bytes are no text', async () => {
    const entry = {
      path: 'caf\\xe9',
      path_base64: Buffer.from('caf\xe9', 'latin1').toString('base64'),
      code: 'unreadable',
      message: 'permission denied',
    };
    const { stdout } = await runLine(['jobs', 'failures', '7', '--no-header'], {
      listJobFailures: () => stream(entry),
    });
    expect(stdout).to.equal('caf\\xe9  unreadable  permission denied\n');
  });
});

describe('completion', () => {
  it('completes commands, options and nothing that is not there', async () => {
    const { stdout, code } = await runLine(['completion', 'bash']);
    expect(code).to.equal(0);
    const complete = (...line: string[]) => {
      const assignment = line.map((word) => `'${word}'`).join(' ');
      const run = `${stdout}\nCOMP_WORDS=(dm ${assignment}); COMP_CWORD=${line.length}; _dm; echo "\${COMPREPLY[@]}"`;
      const result = spawnSync('bash', ['-c', run]);
      expect(result.stderr.toString()).to.equal('');
      return result.stdout.toString().trim();
    };
    expect(complete('pol')).to.equal('policies');
    expect(complete('policies', 'mo')).to.equal('modify');
    expect(complete('--socket', '/x', 'policies', 'ru')).to.equal('run');
    expect(complete('policies', 'create', 'x', '--repeat-copy-on')).to.equal(
      '--repeat-copy-on-drift',
    );
    expect(complete('policies', 'create', 'x', '--start')).to.equal('--start-time');
    expect(complete('datasets', 'verify', '3', '--from')).to.equal('--from-here');
  });
});

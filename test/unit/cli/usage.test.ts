import { expect } from 'chai';
import { joinBooleanWords } from '../../../src/cli/boolean-words.js';
import type { CommandSpec, GroupSpec } from '../../../src/cli/command-spec.js';
import { isGroup } from '../../../src/cli/command-spec.js';
import { COMMAND_TREE } from '../../../src/cli/command-tree.js';
import { GLOBAL_OPTIONS } from '../../../src/cli/global-options.js';
import type { OptionSpec } from '../../../src/cli/option-spec.js';
import { DmError } from '../../../src/model/error.js';
import { runLine, words } from './cli-fixture.js';

function commandsOf(spec: CommandSpec | GroupSpec, path: string): [string, CommandSpec][] {
  if (!isGroup(spec)) return [[path, spec]];
  return spec.commands.flatMap((inner) => commandsOf(inner, `${path} ${inner.name}`));
}

async function everyCommand(): Promise<[string, CommandSpec][]> {
  const specs = await Promise.all(COMMAND_TREE.map((lazy) => lazy.load()));
  return specs.flatMap((spec) => commandsOf(spec, spec.name));
}

describe('a command', () => {
  it('leaves the agent at its end, however that is', async () => {
    const settings = { env: { DM_SOCKET: '/a/socket' } };
    const refused = () => Promise.reject(new DmError('refused', 'not for you'));
    for (const [methods, code] of [
      [{ listJobs: async () => ({ jobs: [] }) as never }, 0],
      [{ listJobs: refused as never }, new DmError('refused', '').exitCode],
    ] as const) {
      const outcome = await runLine(['jobs', 'list'], methods, settings);
      expect(outcome.code).to.equal(code);
      expect(outcome.sockets).to.deep.equal(['/a/socket']);
      expect(outcome.left).to.deep.equal(['/a/socket']);
    }
  });
});

describe('wrong usage', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /a command is missing after "dm"/],
    ['policies', /a command is missing after "dm policies"/],
    ['polices list', /unknown command 'polices' \(Did you mean policies\?\)/],
    ['statu', /unknown command 'statu'/],
    ['policies list extra', /too many arguments/],
    ['policies create', /missing required argument 'NAME'/],
    ['policies create x', /type of the policy is missing/],
    ['policies create x NORMAL true NONSENSE', /TYPE "NONSENSE"/],
    ['policies create x URGENT true CREATION', /PRIORITY "URGENT"/],
    ['policies create x NORMAL maybe CREATION', /ENABLED "maybe"/],
    ['policies create x NORMAL true CREATION', /needs --creation-base-path/],
    ['policies create x LOW true CREATION --priority=HIGH', /differ/],
    [
      'policies create x NORMAL true CREATION --creation-base-path=/x --copy-dataset-id=1',
      /--copy-dataset-id does not belong to a CREATION policy/,
    ],
    [
      'policies create x NORMAL true EXPIRATION --creation-base-path=/x',
      /--creation-base-path does not belong to a EXPIRATION policy/,
    ],
    ['base-policies create x --override-list=COLOUR', /COLOUR/],
    ['policies modify 1', /nothing to change/],
    ['policies modify 1 --enabled=perhaps', /give true or false/],
    ['policies modify 1 --max-delete=101%', /--max-delete=101%/],
    ['policies modify 1 --creation-dataset-reserve=65536', /from 0 to 65535/],
    ['policies modify 1 --creation-dataset-retention-period=-1', /whole number/],
    ['policies modify 1 --partial=perhaps', /Allowed choices are allow, fail/],
    ['policies run 1 --timeout 5', /--timeout needs --wait/],
    ['policies list --format=xml', /Allowed choices are table, json, csv; see "dm --help"\n/],
    ['jobs view seven', /job id "seven"/],
    ['jobs modify 7', /required option '--action/],
    ['accounts create DM --name=a --uri=b --compression=x', /Allowed choices are auto, zstd, off/],
    ['accounts create S3 --name=a --uri=b --addressing=x', /Allowed choices are path, virtual/],
    [
      'accounts create S3 --name=a --uri=b --secret-key=c --secret-key-file=d',
      /both given; give one/,
    ],
    ['accounts create S3 --name=a --uri=b --secret-key-file=/does/not/exist', /no such file/],
    ['accounts create DM --name=x', /required option '--uri/],
    ['certificates ca create --name=x --certificate-path=/does/not/exist', /no such file/],
    ['certificates ca create --name=x --certificate-path=/etc/hostname', /is not PEM text/],
    ['completion fish', /shell "fish" is not known/],
  ];
  for (const [line, message] of cases) {
    it(`exits 2: dm ${line}`, async () => {
      const outcome = await runLine(words(line));
      expect(outcome.stderr).to.match(/^dm: (usage|invalid_argument): [^\n]*\n$/);
      expect(outcome.stderr).to.match(message);
      expect(outcome.code).to.equal(2);
      expect(outcome.calls).to.deep.equal([]);
      expect(outcome.stdout).to.equal('');
    });
  }
});

describe('errors of the agent', () => {
  const cases = [
    ['not_found', 3],
    ['agent_unreachable', 4],
    ['path_outside_roots', 5],
    ['already_exists', 1],
    ['not_supported', 1],
  ] as const;
  for (const [code, exit] of cases) {
    it(`${code} exits ${exit}`, async () => {
      const outcome = await runLine(['policies', 'view', 'x'], {
        getPolicy: async () => {
          throw new DmError(code, 'policy "x"\nis wrong; look at it');
        },
      });
      expect(outcome.stderr).to.equal(`dm: ${code}: policy "x" is wrong; look at it\n`);
      expect(outcome.code).to.equal(exit);
    });
  }

  it('says more with --verbose, before or after the command', async () => {
    const getPolicy = async () => {
      const cause = new Error('the disk is gone');
      throw new DmError('io_error', 'it failed; look', { data: { path: '/x' }, cause });
    };
    for (const argv of [
      ['--verbose', 'policies', 'view', 'x'],
      ['policies', 'view', 'x', '--verbose'],
    ]) {
      const { stderr } = await runLine(argv, { getPolicy });
      expect(stderr).to.equal(
        'dm: io_error: it failed; look\n  path: /x\n  because: the disk is gone\n',
      );
    }
  });

  it('never lets a message move the cursor', async () => {
    const { stderr } = await runLine(['policies', 'view', 'x'], {
      getPolicy: async () => {
        throw new DmError('not_found', 'no \x1b[2Jpolicy');
      },
    });
    expect(stderr).to.equal('dm: not_found: no \\x1b[2Jpolicy\n');
  });
});

describe('the command line as a whole', () => {
  it('has help with an example at every level', async () => {
    const paths = ['', 'policies', ...(await everyCommand()).map(([path]) => path)];
    for (const path of paths) {
      const outcome = await runLine([...words(path), '--help']);
      expect(outcome.code, path).to.equal(0);
      expect(outcome.stdout, path).to.match(/Example:\n {2}dm /);
    }
  });

  it('names every type of policy where one is made', async () => {
    const { stdout } = await runLine(['policies', 'create', '--help']);
    expect(stdout).to.match(/TYPE +CREATION, COPY, REPEAT_COPY or EXPIRATION\n/);
  });

  it('takes its own examples', async () => {
    const usage: string[] = [];
    for (const [path, command] of await everyCommand()) {
      expect(command.example, path).to.match(new RegExp(`^dm ${path}( |$)`));
      const example = command.example.replace(/ > .*/, '').replaceAll("'", '"');
      const { stderr } = await runLine(words(example).slice(1));
      if (stderr.startsWith('dm: usage') && !stderr.includes('cannot be read')) usage.push(stderr);
    }
    expect(usage).to.deep.equal([]);
  });

  it('has no flag that is a boolean in one command and takes a value in another', async () => {
    const kinds = new Map<string, boolean>();
    const options: OptionSpec[] = [...GLOBAL_OPTIONS];
    for (const [, command] of await everyCommand()) options.push(...(command.options ?? []));
    for (const { flag, kind } of options) {
      if (kind === 'later') continue;
      const boolean = kind === 'boolean' || kind === 'switch';
      expect(kinds.get(flag) ?? boolean, flag).to.equal(boolean);
      kinds.set(flag, boolean);
    }
  });

  it('prints its version', async () => {
    const { stdout, code } = await runLine(['--version']);
    expect(stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    expect(code).to.equal(0);
  });

  it('finds the socket by option, variable and state directory', async () => {
    const methods = { listPolicies: async () => ({ policies: [] }) };
    const socket = async (argv: string[], env: Record<string, string>) =>
      (await runLine(argv, methods, { env })).sockets;
    const list = ['policies', 'list'];
    const env = { DM_SOCKET: '/b', DM_STATE_DIR: '/c' };
    expect(await socket(['--socket', '/a', ...list], env)).to.deep.equal(['/a']);
    expect(await socket([...list, '--socket=/a'], env)).to.deep.equal(['/a']);
    expect(await socket(list, env)).to.deep.equal(['/b']);
    expect(await socket(list, { DM_STATE_DIR: '/c' })).to.deep.equal(['/c/agent.sock']);
    expect(await socket(list, {})).to.deep.equal(['/var/lib/datamover/agent.sock']);
  });

  it('leaves the word after a bare boolean and the values of other options alone', () => {
    const options: OptionSpec[] = [
      { flag: 'wait', kind: 'boolean', help: '' },
      { flag: 'name', kind: 'text', help: '' },
    ];
    expect(joinBooleanWords(['--wait', '7'], options)).to.deep.equal(['--wait=true', '7']);
    expect(joinBooleanWords(['--wait', 'false', '7'], options)).to.deep.equal([
      '--wait=false',
      '7',
    ]);
    expect(joinBooleanWords(['--name', '--wait'], options)).to.deep.equal(['--name', '--wait']);
    expect(joinBooleanWords(['--', '--wait'], options)).to.deep.equal(['--', '--wait']);
  });
});

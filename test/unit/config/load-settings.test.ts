import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { loadSettings } from '../../../src/config/load-settings.js';
import { DmError } from '../../../src/model/error.js';
import { TempDirectory } from '../../support/temp-directory.js';

const BASIC = ['--state-dir=/var/lib/dm', '--root', '/srv/a'];

function refusal(argv: string[], env: Record<string, string> = {}): string {
  try {
    loadSettings(argv, env);
  } catch (error) {
    if (error instanceof DmError && error.code === 'invalid_config') return error.message;
    throw error;
  }
  return '';
}

describe('settings of the agent', () => {
  let directory: TempDirectory;
  beforeEach(() => {
    directory = new TempDirectory();
  });
  afterEach(() => directory[Symbol.dispose]());

  it('has the defaults of the contract', () => {
    const settings = loadSettings(BASIC, {});
    expect(settings).to.deep.include({
      listen: { host: '0.0.0.0', port: 7722 },
      socket: '/var/lib/dm/agent.sock',
      peerAccess: ['read', 'create', 'write', 'privileged'],
      roots: ['/srv/a'],
      partial: 'allow',
      http: null,
      peerMaxDatasets: 64,
      peerMaxRetentionSeconds: 2_592_000,
      peerMaxBytes: null,
    });
  });

  it('takes a flag over a variable and a variable over the file', () => {
    const file = directory.join('dm.yaml');
    writeFileSync(
      file,
      'name: from-file\nlisten: 127.0.0.1:1\npeer_access: none\nroot: [/srv/b, /srv/c]\n',
    );
    const settings = loadSettings(
      ['--state-dir', '/var/lib/dm', '--name=from-flag', '--config', file],
      {
        DM_NAME: 'from-env',
        DM_LISTEN: '127.0.0.1:2',
      },
    );
    expect(settings).to.deep.include({
      name: 'from-flag',
      listen: { host: '127.0.0.1', port: 2 },
      peerAccess: [],
      roots: ['/srv/b', '/srv/c'],
    });
  });

  it('serves metrics on this host unless another is given', () => {
    const http = (text: string) => loadSettings([...BASIC, `--http=${text}`], {}).http;
    expect(http('9722')).to.deep.equal({ host: '127.0.0.1', port: 9722 });
    expect(http(':9722')).to.deep.equal({ host: '127.0.0.1', port: 9722 });
    expect(http('[::]:9722')).to.deep.equal({ host: '[::]', port: 9722 });
    expect(refusal([...BASIC, '--http=everywhere'])).to.contain('http "everywhere"');
    expect(refusal([...BASIC, '--peer-max-datasets=0'])).to.contain('peer-max-datasets');
  });

  it('reads several roots from a colon-separated variable', () => {
    expect(loadSettings(['--state-dir=/var/lib/dm'], { DM_ROOT: '/a:/b' }).roots).to.deep.equal([
      '/a',
      '/b',
    ]);
  });

  it('stops on what is unknown, missing or wrong, naming it', () => {
    expect(refusal([...BASIC, '--rot=/x'])).to.include('--rot=/x');
    expect(refusal(['--root=/a'])).to.include('--state-dir');
    expect(refusal(['--state-dir=/s'])).to.include('--root');
    expect(refusal([...BASIC, '--listen=here'])).to.include('here');
    expect(refusal([...BASIC, '--peer-access=all'])).to.include('all');
    expect(refusal([...BASIC, '--log-level=loud'])).to.include('loud');
    expect(refusal([...BASIC, '--partial=perhaps'])).to.include('perhaps');
    expect(refusal([...BASIC, '--name=a', '--name=b'])).to.include('--name');
    const file = directory.join('bad.yaml');
    writeFileSync(file, 'colour: red\n');
    expect(refusal([...BASIC, '--config', file])).to.include('colour');
  });

  it('refuses the whole system as a root unless told, and state below a root', () => {
    expect(refusal(['--state-dir=/var/lib/dm', '--root=/'])).to.include('--allow-root-filesystem');
    expect(
      loadSettings(['--state-dir=/var/lib/dm', '--root=/', '--allow-root-filesystem'], {}).roots,
    ).to.deep.equal(['/']);
    expect(refusal(['--state-dir=/srv/a/state', '--root=/srv/a'])).to.include('/srv/a/state');
    expect(refusal([...BASIC, '--socket=/srv/a/s'])).to.include('/srv/a/s');
  });

  it('knows no setting but its own, and whole percentages only', () => {
    expect(refusal([...BASIC, '--constructor=x'])).to.contain('--constructor');
    const file = directory.join('dm.yaml');
    writeFileSync(file, 'constructor: x\n');
    expect(refusal([...BASIC, '--config', file])).to.contain('constructor');
    for (const text of ['', '2.5', '91', '-1', 'x']) {
      expect(refusal([...BASIC, `--min-free=${text}`])).to.contain('min-free');
    }
    expect(loadSettings([...BASIC, '--min-free=7%'], {}).minFreePercent).to.equal(7);
  });
});

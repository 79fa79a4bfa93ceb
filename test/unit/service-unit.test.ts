import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadSettings } from '../../src/config/load-settings.js';
import type { AgentSettings } from '../../src/config/settings.js';
import { ServiceUnit, UNIT_FILE } from '../support/service-unit.js';
import { TempDirectory } from '../support/temp-directory.js';

const DM = fileURLToPath(new URL('../../../bin/dm.js', import.meta.url));

/** What ProtectHome makes empty. */
const HOMES = ['/home/', '/root/', '/run/user/'];

describe('scripts/datamover.service', function () {
  this.timeout(60_000);
  let unit: ServiceUnit;
  let program: string;
  let words: string[];
  let settings: AgentSettings;

  before('read it', () => {
    unit = ServiceUnit.read();
    [program = '', , ...words] = unit.words('Service.ExecStart');
    settings = loadSettings(words, {});
  });

  it('starts the agent with settings that it takes', () => {
    expect(unit.text('Service.ExecStart')).to.match(/^\/usr\/local\/bin\/dm agent --/);
    expect(settings.http).to.deep.equal({ host: '127.0.0.1', port: 9722 });
    expect(readFileSync('docs/operating.md', 'utf8')).to.contain('`dm agent --http 9722`');
    const { status, stderr } = spawnSync(process.execPath, [DM, 'agent', ...words, '--no-such=1'], {
      encoding: 'utf8',
    });
    // All before the wrong one were read.
    expect(stderr).to.match(/^dm: invalid_config: "--no-such=1" is not an option/);
    expect(status).to.equal(2);
  });

  it('names the directories that the first steps name', () => {
    const { stateDir, roots } = settings;
    const first = `dm agent --state-dir ${stateDir} --root ${roots[0]}`;
    expect(readFileSync('README.md', 'utf8')).to.contain(first);
    expect(readFileSync('docs/operating.md', 'utf8')).to.contain(`--state-dir ${stateDir}`);
  });

  it('lets the agent write to its state and its roots, all of which are there, and nowhere else', () => {
    const { stateDir, socket, roots, hooksDir } = settings;
    expect(unit.text('Service.ProtectSystem')).to.equal('strict');
    expect(`/var/lib/${unit.text('Service.StateDirectory')}`).to.equal(stateDir);
    expect(unit.text('Service.StateDirectoryMode')).to.equal('0700');
    expect(socket.startsWith(`${stateDir}/`)).to.equal(true);
    expect(unit.words('Service.ReadWritePaths')).to.deep.equal([...roots]);
    expect(unit.words('Unit.RequiresMountsFor')).to.deep.equal([...roots]);
    expect(unit.text('Service.ProtectHome')).to.equal('yes');
    for (const path of [program, stateDir, socket, ...roots, ...(hooksDir ? [hooksDir] : [])]) {
      expect(
        HOMES.some((home) => `${path}/`.startsWith(home)),
        path,
      ).to.equal(false);
    }
  });

  it('leaves the agent the time and the means that it needs', () => {
    // The contract's 10 s, and some for what else the machine does.
    expect(Number(unit.text('Service.TimeoutStopSec'))).to.be.above(10);
    expect(unit.text('Service.KillSignal')).to.equal('SIGTERM');
    expect(unit.text('Service.UMask')).to.equal('0077');
    expect(unit.text('Service.Restart')).to.equal('on-failure');
    for (const forbidding of [
      'MemoryDenyWriteExecute',
      'RestrictSUIDSGID',
      'User',
      'DynamicUser',
    ]) {
      expect(unit.has(`Service.${forbidding}`), forbidding).to.equal(false);
    }
    expect(unit.words('Service.RestrictAddressFamilies')).to.have.members([
      'AF_INET',
      'AF_INET6',
      'AF_UNIX',
    ]);
    expect(unit.text('Install.WantedBy')).to.equal('multi-user.target');
  });

  it('is a unit that systemd takes without a word, and calls hardened', function () {
    if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
      process.stderr.write(
        'skipped: the unit is not checked by systemd-analyze, which is not here\n',
      );
      this.skip();
    }
    using directory = new TempDirectory();
    const path = directory.join('datamover.service');
    // The program is not installed here.
    writeFileSync(path, readFileSync(UNIT_FILE, 'utf8').replace(program, DM));
    const verified = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
    expect(verified.stdout + verified.stderr).to.equal('');
    expect(verified.status).to.equal(0);
    const rated = execFileSync('systemd-analyze', ['security', '--offline=true', path], {
      encoding: 'utf8',
    });
    const [, exposure] = /exposure level for datamover.service: ([0-9.]+)/.exec(rated) ?? [];
    expect(Number(exposure)).to.be.below(4);
  });
});

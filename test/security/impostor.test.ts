import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { AgentProcess } from '../support/agent-process.js';
import { makeCa } from '../support/certificates.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun, repeatCopy, runPolicy } from '../support/e2e-policies.js';
import { withstands } from './withstands.js';

/** Who is led astray is the agent that calls: it has to go on for others. */
describe('19: a name that leads elsewhere', function () {
  this.timeout(120_000);
  let agents: TestAgents;

  before('start an agent, and a friend that it has met', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'caller' }, { name: 'friend' }],
      accounts: false,
    });
    const [caller, friend] = [agents.agent('caller'), agents.agent('friend')];
    const [, port = ''] = friend.listen.split(':');
    const uri = `dm://localhost:${port}`;
    await dmJson(caller, 'accounts', 'create', 'DM', '--name=friend', `--uri=${uri}`);
    expect((await dm(caller, 'accounts', 'ping', 'friend')).code).to.equal(0);
    const tree = agents.root('caller', 'tree');
    mkdirSync(tree);
    writeFileSync(`${tree}/file`, 'for a friend only');
    await mustRun(caller, await createPolicy(caller, 'CREATION', creation('local', tree)));
  });
  after('stop them', () => agents?.[Symbol.asyncDispose]());
  const { told } = withstands({ agents: () => agents, name: 'caller' });

  it('a peer of another installed CA than the one that the account names is refused', async () => {
    const [caller, friend] = [agents.agent('caller'), agents.agent('friend')];
    writeFileSync(agents.scratch('other.pem'), makeCa({ name: 'other' }).certPem);
    const path = `--certificate-path=${agents.scratch('other.pem')}`;
    await dmJson(caller, 'certificates', 'ca', 'create', path, '--name=other-CA');
    for (const ca of ['other-CA', 'test-CA']) {
      const words = [`--name=of-${ca}`, `--uri=dm://${friend.listen}`, `--ca-certificate-id=${ca}`];
      await dmJson(caller, 'accounts', 'create', 'DM', ...words);
      const ping = await dm(caller, 'accounts', 'ping', `of-${ca}`);
      if (ca === 'test-CA') expect(ping.code, ping.stderr).to.equal(0);
      else expect(ping.stderr).to.match(/^dm: peer_untrusted: /);
    }
  });

  it('an agent with a good certificate in the place of the pinned one is told nothing', async () => {
    const [caller, friend] = [agents.agent('caller'), agents.agent('friend')];
    // The name now leads to somebody else whom the same CA vouches for.
    await friend.kill('SIGTERM');
    mkdirSync(agents.scratch('impostor'));
    const impostor = await AgentProcess.start({
      name: 'impostor',
      stateDir: agents.scratch('state-impostor'),
      roots: [agents.scratch('impostor')],
      logFile: agents.scratch('impostor.log'),
      listen: friend.listen,
    });
    try {
      await sharedCertificates.install(impostor, 'impostor');
      const ping = await dm(caller, 'accounts', 'ping', 'friend');
      expect(ping.stderr).to.match(/^dm: peer_key_mismatch: /);
      const path = agents.root('caller', 'tree');
      const target = { account: 'friend', path: agents.scratch('impostor', 'copy') };
      const flags = repeatCopy({ account: 'local', path }, target);
      const { job } = await runPolicy(caller, await createPolicy(caller, 'REPEAT_COPY', flags));
      expect(job?.error_code).to.equal('peer_key_mismatch');
      await told(/failed: peer_key_mismatch: /);
      expect(readdirSync(agents.scratch('impostor'))).to.not.include('copy');
      expect(readFileSync(agents.scratch('impostor.log'), 'utf8')).to.not.contain('caller');

      // Whose key is known beforehand is not taken on trust at the first contact either.
      const known = ['--name=known', `--uri=dm://${friend.listen}`];
      const fingerprint = `--peer-fingerprint=${'ab'.repeat(32)}`;
      await dmJson(caller, 'accounts', 'create', 'DM', ...known, fingerprint);
      const first = await dm(caller, 'accounts', 'ping', 'known');
      expect(first.stderr).to.match(/^dm: peer_key_mismatch: /);
      // Only who runs the agent can say that the other key is meant.
      await caller.ok('accounts', 'modify', 'friend', '--peer-fingerprint=relearn');
      expect((await dm(caller, 'accounts', 'ping', 'friend')).code).to.equal(0);
    } finally {
      await impostor.kill();
    }
  });

  it('a name that leads nowhere is an error that tells it, and lets nobody in', async () => {
    const caller = agents.agent('caller');
    const uri = 'dm://nobody.invalid:7722';
    await dm(caller, 'accounts', 'create', 'DM', '--name=nobody', `--uri=${uri}`);
    const ping = await dm(caller, 'accounts', 'ping', 'nobody');
    expect(ping.stderr).to.match(/^dm: peer_unreachable: .*nobody\.invalid/);
  });
});

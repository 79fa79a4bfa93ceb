import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type AgentProcess, certsTool } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dm, dmAlone, dmJson } from '../support/e2e-dm.js';
import {
  CopyPair,
  createPolicy,
  creation,
  listDatasets,
  mustRun,
} from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;
const BYTES = 4 * MIB;

interface Rebuilt {
  readonly system_guid: string;
  readonly guid_found: boolean;
  readonly trees: number;
  readonly datasets: number;
}

describe('an agent that received copies and loses its state directory', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let [alpha, beta] = [] as unknown as [AgentProcess, AgentProcess];
  let pair: CopyPair;
  const source = () => agents.root('alpha', 'tree');
  const target = () => agents.root('beta', 'copy');

  beforeEach('copy twice, and lose it', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }, { name: 'beta' }] });
    [alpha, beta] = [agents.agent('alpha'), agents.agent('beta')];
    mkdirSync(source());
    writeFileSync(join(source(), 'large'), noise(BYTES, 1));
    const to = { account: 'beta', path: target() };
    pair = await CopyPair.create(alpha, { account: 'local', path: source() }, to);
    await pair.sync();
    writeFileSync(join(source(), 'small'), 'second');
    await pair.sync();
  });
  afterEach('stop the agents', () => agents?.[Symbol.asyncDispose]());

  const known = async () =>
    (await listDatasets(beta, target())).map((one) => [one.id, one.dataset_global_id]);
  const loseAndRebuild = async (): Promise<Rebuilt> => {
    await beta.kill('SIGKILL');
    const { stateDir } = beta.options;
    rmSync(stateDir, { recursive: true });
    const words = [`--state-dir=${stateDir}`, `--root=${agents.root('beta')}`];
    const { code, stdout, stderr } = await dmAlone('--format=json', 'state', 'rebuild', ...words);
    expect(code, stderr).to.equal(0);
    await beta.start();
    return JSON.parse(stdout) as Rebuilt;
  };
  /** A third dataset comes as what changed, and everything at the target is as it should be. */
  const goesOn = async () => {
    writeFileSync(join(source(), 'small'), 'third');
    const job = await pair.sync();
    expect(job.type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    expect(job.statistics.bytes_sent).to.be.below(MIB / 4);
    expect(job.statistics.repaired).to.equal(0);
    expect(differences(source(), target())).to.deep.equal([]);
    const { code, stderr } = await dm(beta, 'datasets', 'verify', String(job.target_dataset_id));
    expect(code, stderr).to.equal(0);
    expect(await known()).to.have.length(3);
  };

  it('finds trees and datasets again, and with its own key takes the next copy as an increment', async () => {
    const before = await known();
    const rebuilt = await loseAndRebuild();
    expect(rebuilt).to.include({ guid_found: false, trees: 1, datasets: 2 });
    expect(await known()).to.deep.equal(before);
    const targets = await dmJson<{ path: string }[]>(beta, 'targets', 'list');
    expect(targets.map(({ path }) => path)).to.deep.equal([target()]);
    await sharedCertificates.install(beta, 'beta');
    await goesOn();
  });

  it('is who it was when it had made a dataset of its own', async () => {
    const own = agents.root('beta', 'own');
    mkdirSync(own);
    await mustRun(beta, await createPolicy(beta, 'CREATION', creation('local', own)));
    const [made] = await dmJson<{ origin_system: string }[]>(
      beta,
      ...['datasets', 'list', `--base-path=${own}`],
    );
    const rebuilt = await loseAndRebuild();
    expect(rebuilt).to.include({ guid_found: true, trees: 2, datasets: 3 });
    expect(rebuilt.system_guid.toUpperCase()).to.equal(made?.origin_system);
    await sharedCertificates.install(beta, 'beta');
    await goesOn();
  });

  it('with a new key is refused until it is learnt again, and then takes increments', async () => {
    await loseAndRebuild();
    const ca = await sharedCertificates.ca();
    const directory = agents.scratch('new-key');
    await certsTool(
      'identity',
      ...[`--ca=${ca}`, `--ca-key=${ca.replace(/pem$/, 'key')}`, '--name=beta', '--bits=2048'],
      `--out=${directory}`,
    );
    const create = (kind: string, ...words: string[]) =>
      dmJson(beta, 'certificates', kind, 'create', ...words);
    await create('ca', `--certificate-path=${ca}`, '--name=test-CA');
    await create(
      'identity',
      `--certificate-path=${directory}/identity.crt`,
      `--certificate-key-path=${directory}/identity.key`,
      '--name=beta-ID',
    );
    const refused = await dm(alpha, 'accounts', 'ping', 'beta');
    expect(refused.stderr).to.match(/^dm: peer_key_mismatch: /);
    await dmJson(alpha, 'accounts', 'modify', 'beta', '--peer-fingerprint=relearn');
    await goesOn();
  });
});

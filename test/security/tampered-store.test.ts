import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RecordSigner } from '../../src/repository/record-signature.js';
import { makeCa, makeIdentity } from '../support/certificates.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmAlone, dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun, runPolicy } from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { forgeNewest } from './forged-store.js';
import { gfid, HostileDataset } from './hostile-dataset.js';
import { withstands } from './withstands.js';

const BASE = 'nightly/source';
/** What else protects is to be seen. */
const UNSIGNED = '--accept-unsigned=true';

describe('an object store that was tampered with', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let good = '';
  let count = 0;

  before('back up two datasets', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'alpha' }, { name: 'careful', extra: ['--peer-access=read,create,write'] }],
    });
    const alpha = agents.agent('alpha');
    const source = agents.root('alpha', 'source');
    mkdirSync(source);
    for (const name of ['one', 'two'])
      writeFileSync(`${source}/${name}`, noise(300_000, name.length));
    writeFileSync(`${source}/two`, noise(300_000, 9));
    writeFileSync(`${source}/suid`, 'program');
    chmodSync(`${source}/suid`, 0o4755);
    good = agents.scratch('store');
    mkdirSync(good);
    await account('disk', good);
    const make = await createPolicy(alpha, 'CREATION', creation('local', source));
    const backup = await createPolicy(alpha, 'REPEAT_COPY', {
      'repeat-copy-source-base-path': source,
      'repeat-copy-base-source-account-id': 'local',
      'repeat-copy-base-target-account-id': 'disk',
      'repeat-copy-base-target-base-path': BASE,
      'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
    });
    for (const seed of [21, 22]) {
      writeFileSync(`${source}/one`, noise(300_000, seed));
      await mustRun(alpha, make);
      await mustRun(alpha, backup);
    }
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());
  withstands({ agents: () => agents, name: 'alpha' });

  const account = (name: string, path: string, ...more: string[]) =>
    dmJson(
      agents.agent('alpha'),
      ...['accounts', 'create', 'DIRECTORY', `--name=${name}`, `--uri=file://${path}`, ...more],
    );

  /** A copy of the store, changed, as an account of its own. */
  async function tampered(
    change: (repository: string, store: string) => Promise<void> | void,
    ...more: string[]
  ): Promise<string> {
    const name = `tampered-${++count}`;
    const path = agents.scratch(name);
    cpSync(good, path, { recursive: true });
    await change(`${path}/${BASE}`, path);
    await account(name, path, ...more);
    return name;
  }

  const restore = async (from: string, target: { account: string; path: string }) => {
    const alpha = agents.agent('alpha');
    const policy = await createPolicy(alpha, 'COPY', {
      'copy-dataset-id': '2',
      'copy-source-base-path': BASE,
      'copy-create-dataset-on-target': 'false',
      'copy-base-source-account-id': from,
      'copy-base-target-account-id': target.account,
      'copy-base-target-base-path': target.path,
      'copy-base-target-dataset-type': 'FILE',
    });
    return runPolicy(alpha, policy);
  };

  /** Whatever is restored is right, what is not is told; and `verify` tells too. */
  async function expectNoticed(from: string): Promise<void> {
    const source = agents.root('alpha', 'source');
    const path = agents.root('alpha', from);
    const { code, job, stderr } = await restore(from, { account: 'local', path }).catch(
      (error: Error) => ({ code: 1, job: null, stderr: error.message }),
    );
    const restored = existsSync(path) ? readdirSync(path) : [];
    for (const name of restored) {
      const same = readFileSync(`${path}/${name}`).equals(readFileSync(`${source}/${name}`));
      expect(same, `${name} of ${from}`).to.equal(true);
    }
    expect(code === 0 && restored.length === 3, `${stderr} ${JSON.stringify(job)}`).to.equal(false);
    const verified = await dm(
      agents.agent('alpha'),
      'datasets',
      'verify',
      '2',
      `--account-id=${from}`,
    );
    expect(verified.code, verified.stdout).to.not.equal(0);
  }

  const below = (directory: string) => readdirSync(directory).map((name) => `${directory}/${name}`);

  describe('55: what is noticed', () => {
    it('a changed byte of a pack', async () => {
      const from = await tampered((repository) => {
        for (const pack of below(`${repository}/packs/data`)) flipInTheMiddle(pack);
      });
      await expectNoticed(from);
    });

    it('valid packs with each other’s names', async () => {
      const from = await tampered((repository) => {
        const [first = '', second = ''] = below(`${repository}/packs/data`);
        renameSync(first, `${first}.aside`);
        renameSync(second, first);
        renameSync(`${first}.aside`, second);
      });
      await expectNoticed(from);
    });

    it('a changed byte of each record', async () => {
      const from = await tampered((repository) => {
        for (const record of below(`${repository}/datasets`)) flipInTheMiddle(record);
      });
      await expectNoticed(from);
    });

    it('an older record in the place of the newer one', async () => {
      const from = await tampered((repository) => {
        const [first = '', second = ''] = below(`${repository}/datasets`).sort();
        const older = readFileSync(first);
        const newer = readFileSync(second);
        writeFileSync(second, older);
        writeFileSync(first, newer);
      });
      const listed = await dm(agents.agent('alpha'), 'datasets', 'list', `--account-id=${from}`);
      expect(listed.stdout + listed.stderr).to.match(/corrupt/);
    });
  });

  describe('55: a dataset that somebody made who can write to the store', () => {
    const forged = () => new HostileDataset().add(gfid(2), 'd', 'dir').add(gfid(3), 'f', 'file');
    const stranger = makeIdentity(makeCa({ name: 'another' }), { name: 'alpha' });
    const cases: readonly [string, RecordSigner | null][] = [
      ['that nobody signed', null],
      [
        'signed by an identity of another CA',
        { certificates: stranger.certPem, key: stranger.key },
      ],
    ];
    for (const [what, signer] of cases) {
      it(`${what}: nothing of it is read`, async () => {
        const from = await tampered((_, store) => forgeNewest(store, BASE, forged(), signer));
        const path = agents.root('alpha', from);
        const { job } = await restore(from, { account: 'local', path });
        expect(job?.error_code).to.equal('dataset_untrusted');
        expect(existsSync(path)).to.equal(false);
        const look = ['browse', '-c', `connect-account ${from}; connect-dataset 2; ls`];
        const looked = await dm(agents.agent('alpha'), ...look);
        expect(looked.code).to.not.equal(0);
        expect(looked.stderr).to.include('dataset_untrusted');
        const verify = ['datasets', 'verify', '2', `--account-id=${from}`];
        expect((await dm(agents.agent('alpha'), ...verify)).code).to.equal(5);
        const versions = await dm(agents.agent('alpha'), 'versions', `${from}:${BASE}/one`);
        expect(versions.code, versions.stderr).to.equal(0);
        expect(versions.stdout).to.match(/^ *1 /m);
        expect(versions.stderr).to.include('dataset_untrusted');
        // The one before it is still who made it.
        const first = ['datasets', 'verify', '1', `--account-id=${from}`];
        expect((await dm(agents.agent('alpha'), ...first)).code).to.equal(0);
      });
    }
  });

  it('55: a signature of a key that hides behind the certificates of who made the backup is none', async () => {
    const stranger = makeIdentity(makeCa({ name: 'another' }), { name: 'alpha' });
    const from = await tampered(async (_, store) => {
      const [newest = ''] = readdirSync(join(store, BASE, 'datasets'))
        .sort()
        .reverse();
      const path = join(store, BASE, 'datasets', newest);
      const { signature } = JSON.parse(readFileSync(path, 'utf8'));
      // OpenSSL takes this label for that of a certificate too.
      const hidden = stranger.certPem.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE');
      const signer = { certificates: hidden + signature.certificates, key: stranger.key };
      const forged = new HostileDataset().add(gfid(2), 'd', 'dir').add(gfid(3), 'f', 'file');
      await forgeNewest(store, BASE, forged, signer);
    });
    const path = agents.root('alpha', from);
    const { job } = await restore(from, { account: 'local', path });
    expect(job?.error_code).to.equal('corrupt');
    expect(existsSync(path)).to.equal(false);
  });

  describe('56: names and links', () => {
    it('a link in the place of an object is not followed', async () => {
      const secret = agents.scratch('secret');
      writeFileSync(secret, 'TOP SECRET');
      const from = await tampered((repository) => {
        for (const pack of below(`${repository}/packs/data`)) {
          rmSync(pack);
          symlinkSync(secret, pack);
        }
      });
      await expectNoticed(from);
      expect(readFileSync(secret, 'utf8')).to.equal('TOP SECRET');
    });

    it('a base path with .. is none, for the agent and for the export without one', async () => {
      const words = ['object', 'export', '--type=DIRECTORY', `--uri=file://${good}`];
      const into = agents.scratch('exported');
      mkdirSync(into);
      for (const path of ['../../etc', '..', 'nightly/../../x']) {
        const exported = await dmAlone(...words, `--basepath=${path}`, `--to=${into}`);
        expect(exported.code, path).to.not.equal(0);
        expect(readdirSync(into)).to.deep.equal([]);
      }
    });
  });

  describe('56: pages that were made to lead out of the target', () => {
    const outside = () => agents.scratch('untouched');
    const below = () => Buffer.from(`${outside()}/new`);
    const cases: readonly [
      string,
      (dataset: HostileDataset) => HostileDataset,
      'a name that is none'?,
    ][] = [
      ['a directory ..', (dataset) => dataset.add(gfid(2), '..', 'dir'), 'a name that is none'],
      ['a file ../x', (dataset) => dataset.add(gfid(2), '../x', 'file'), 'a name that is none'],
      [
        'a file of an absolute name',
        (dataset) => dataset.add(gfid(2), below(), 'file'),
        'a name that is none',
      ],
      [
        'a file without a name',
        (dataset) => dataset.add(gfid(2), '', 'file'),
        'a name that is none',
      ],
      [
        'a name with a NUL',
        (dataset) => dataset.add(gfid(2), 'a\0b', 'file'),
        'a name that is none',
      ],
      [
        'a file below a symlink',
        (dataset) =>
          dataset
            .add(gfid(2), 'l', 'symlink', { symlinkTarget: Buffer.from(outside()) })
            .add(gfid(3), 'new', 'file', { parent: gfid(2) }),
      ],
      [
        'two entries of one name, a symlink and a directory',
        (dataset) =>
          dataset
            .add(gfid(2), 'l', 'dir')
            .inode(gfid(3), 'symlink', {
              name: Buffer.from('l'),
              symlinkTarget: Buffer.from(outside()),
            })
            .add(gfid(4), 'new', 'file', { parent: gfid(3) }),
      ],
      ['a cycle', (dataset) => dataset.add(gfid(2), 'd', 'dir', { parent: gfid(2) })],
    ];

    it('what is made in the same way and leads nowhere is restored, signed by nobody', async () => {
      const forged = new HostileDataset().add(gfid(2), 'd', 'dir').add(gfid(3), 'f', 'file');
      const from = await tampered((_, store) => forgeNewest(store, BASE, forged), UNSIGNED);
      const path = agents.root('alpha', from);
      const { job, stderr } = await restore(from, { account: 'local', path });
      expect(job?.state, `${stderr} ${JSON.stringify(job)}`).to.equal('finished');
      expect(readdirSync(path).sort()).to.deep.equal(['d', 'f']);
      const listed = await dmJson<{ number: number; signed_by: string }[]>(
        agents.agent('alpha'),
        ...['datasets', 'list', `--account-id=${from}`],
      );
      const signed = listed.map(({ signed_by }) => signed_by !== '');
      expect(signed).to.have.members([true, false]);
    });

    for (const [what, make, isNamed] of cases) {
      it(`${what}: is not restored, and an export stays where it belongs`, async () => {
        const forged = make(new HostileDataset());
        const from = await tampered((_, store) => forgeNewest(store, BASE, forged), UNSIGNED);
        const before = readdirSync(agents.root('alpha')).sort();
        const path = agents.root('alpha', from);
        const { code } = await restore(from, { account: 'local', path });
        expect(code).to.not.equal(0);
        expect(readdirSync(agents.root('alpha')).sort()).to.deep.equal(before);
        const beside = agents.scratch(`beside-${from}`);
        const into = `${beside}/into`;
        mkdirSync(into, { recursive: true });
        const uri = `--uri=file://${agents.scratch(from)}`;
        const exported = await dmAlone(
          ...['object', 'export', '--type=DIRECTORY', uri, `--basepath=${BASE}`, `--to=${into}`],
        );
        // What cannot be reached from the top is passed over; a name that is none ends it.
        if (isNamed) expect(exported.code, exported.stdout).to.not.equal(0);
        expect(readdirSync(beside)).to.deep.equal(['into']);
        const made = execFileSync('find', [into, '-printf', '%P\n'], { encoding: 'utf8' }).split(
          '\n',
        );
        expect(made.filter((name) => !/^(source(\/[dl])?)?$/.test(name))).to.deep.equal([]);
      });
    }
  });

  it('57: a restore to a peer sets setuid only with the right for it', async () => {
    const path = agents.root('careful', 'restored');
    const { job } = await restore('disk', { account: 'careful', path });
    expect(job?.failed_entries.map((entry) => entry.path)).to.deep.equal(['suid']);
    expect(lstatSync(`${path}/suid`).mode & 0o7777).to.equal(0o755);
    expect(readFileSync(`${path}/one`).equals(noise(300_000, 22))).to.equal(true);
  });
});

function flipInTheMiddle(path: string): void {
  const bytes = readFileSync(path);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

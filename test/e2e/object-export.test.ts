import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dmAlone, dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun, repeatCopy } from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { TempDirectory } from '../support/temp-directory.js';
import { differences } from '../support/walker.js';

describe('export of a backup that is not whole', function () {
  this.timeout(60_000);
  let agents: TestAgents;
  let store: TempDirectory;
  let root = '';

  before(async () => {
    store = new TempDirectory();
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }] });
    const alpha = agents.agent('alpha');
    const uri = `--uri=file://${store.path}`;
    await dmJson(alpha, 'accounts', 'create', 'DIRECTORY', '--name=disk', uri);
    root = agents.root('alpha', 'three');
    mkdirSync(root);
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      writeFileSync(join(root, name), noise(3_000_000, at));
    }
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('local', root)));
    const source = { account: 'local', path: root };
    const flags = {
      ...repeatCopy(source, { account: 'disk', path: 'nightly/three' }),
      'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
    };
    await mustRun(alpha, await createPolicy(alpha, 'REPEAT_COPY', flags));
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    store[Symbol.dispose]();
  });

  it('names the file that is damaged, brings the others, and goes on with --force', async () => {
    const packs = `${store.path}/nightly/three/packs/data`;
    const pack = `${packs}/${readdirSync(packs)[0]}`;
    const bytes = readFileSync(pack);
    const damaged = Buffer.from(bytes);
    damaged[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(pack, damaged);
    const into = agents.scratch('exported');
    mkdirSync(into);
    const words = [
      ...['object', 'export', '--type=DIRECTORY', `--uri=file://${store.path}`],
      ...['--basepath=nightly/three', `--to=${into}`],
    ];
    const first = await dmAlone(...words);
    expect(first.code, first.stderr).to.equal(6);
    expect(first.stderr).to.match(/^dm: partial: 1 entry failed/);
    const [, bad = ''] = /^three\/(\w) +failed: corrupt: /m.exec(first.stdout) ?? [];
    const there = ['a', 'b', 'c'].filter((name) => name !== bad);
    expect(there).to.have.length(2);
    expect(readdirSync(`${into}/three`)).to.deep.equal(there);
    writeFileSync(pack, bytes);
    const again = await dmAlone(...words, '--force');
    expect([again.code, again.stderr]).to.deep.equal([0, '']);
    expect(differences(root, `${into}/three`)).to.deep.equal([]);
  });
});

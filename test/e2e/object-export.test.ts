import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dmAlone, dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun, repeatCopy, runPolicy } from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { TempDirectory } from '../support/temp-directory.js';
import { differences } from '../support/walker.js';

/** Root that obeys permissions, so that a file can be unreadable for the agent. */
const OBEDIENT_ROOT = ['setpriv', '--bounding-set=-dac_override,-dac_read_search'];
/** A user who may read what is on the way to the program and the store, for which root asks. */
const NOBODY = [
  ...['--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all,+dac_read_search'],
  ...['--ambient-caps=-all,+dac_read_search', '--bounding-set=-all,+dac_read_search'],
];
const PROGRAM = new URL('../../../bin/dm.js', import.meta.url).pathname;

describe('export of a backup that is not whole', function () {
  this.timeout(60_000);
  let agents: TestAgents;
  let store: TempDirectory;
  let root = '';

  before(async () => {
    store = new TempDirectory();
    agents = await TestAgents.open({ agents: [{ name: 'alpha', launcher: OBEDIENT_ROOT }] });
    const alpha = agents.agent('alpha');
    const uri = `--uri=file://${store.path}`;
    await dmJson(alpha, 'accounts', 'create', 'DIRECTORY', '--name=disk', uri);
    root = agents.root('alpha', 'three');
    mkdirSync(root);
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      writeFileSync(join(root, name), noise(3_000_000, at));
    }
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('local', root)));
    await mustRun(alpha, await createPolicy(alpha, 'REPEAT_COPY', backupOf(root, 'nightly/three')));
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    store[Symbol.dispose]();
  });

  const backupOf = (path: string, to: string) => ({
    ...repeatCopy({ account: 'local', path }, { account: 'disk', path: to }),
    'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
  });
  const exportOf = (basepath: string, to: string) => [
    ...['object', 'export', '--type=DIRECTORY', `--uri=file://${store.path}`],
    ...[`--basepath=${basepath}`, `--to=${to}`],
  ];

  it('names the file that is damaged, brings the others, and goes on with --force', async () => {
    const packs = `${store.path}/nightly/three/packs/data`;
    const pack = `${packs}/${readdirSync(packs)[0]}`;
    const bytes = readFileSync(pack);
    const damaged = Buffer.from(bytes);
    damaged[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(pack, damaged);
    const into = agents.scratch('exported');
    mkdirSync(into);
    const words = exportOf('nightly/three', into);
    const first = await dmAlone(...words);
    expect(first.code, first.stderr).to.equal(6);
    expect(first.stderr).to.match(/^dm: partial: 1 entry failed/);
    const [, bad = ''] = /^three\/(\w) +failed: corrupt: /m.exec(first.stdout) ?? [];
    const there = ['a', 'b', 'c'].filter((name) => name !== bad);
    expect(there).to.have.length(2);
    expect(readdirSync(`${into}/three`)).to.deep.equal(there);
    writeFileSync(pack, bytes);
    const again = await dmAlone(...words, '--force', '--format=json');
    expect([again.code, again.stderr]).to.deep.equal([0, '']);
    const rows: { path: string; result: string }[] = JSON.parse(again.stdout);
    expect(rows.map(({ path, result }) => `${path} ${result}`)).to.deep.equal([
      ...[' done', 'a done', 'b done', 'c done'],
    ]);
    expect(differences(root, `${into}/three`)).to.deep.equal([]);
  });

  it('names what the dataset lacks, and gives an ordinary user what it may', async () => {
    const alpha = agents.agent('alpha');
    const tree = agents.root('alpha', 'partial');
    mkdirSync(join(tree, 'closed'), { recursive: true });
    writeFileSync(join(tree, 'closed', 'inside'), 'inside');
    writeFileSync(join(tree, 'secret'), 'secret', { mode: 0o400 });
    writeFileSync(join(tree, 'lost'), 'lost');
    execFileSync('mkfifo', [join(tree, 'pipe')]);
    const make = await createPolicy(alpha, 'CREATION', creation('local', tree));
    await mustRun(alpha, make);
    writeFileSync(join(tree, 'lost'), 'changed and hidden');
    chownSync(join(tree, 'lost'), 1_234, 1_234);
    chmodSync(join(tree, 'lost'), 0);
    chmodSync(join(tree, 'closed'), 0o500);
    expect((await runPolicy(alpha, make)).code).to.equal(6);
    const copy = await createPolicy(alpha, 'REPEAT_COPY', backupOf(tree, 'nightly/partial'));
    expect((await runPolicy(alpha, copy)).code).to.equal(6);

    const byRoot = agents.scratch('partial-by-root');
    const whole = await dmAlone(...exportOf('nightly/partial', byRoot));
    expect(whole.code, whole.stdout).to.equal(6);
    expect(whole.stdout).to.match(/^partial\/lost +failed: unreadable: /m);
    expect(whole.stderr).to.match(/^dm: partial: 1 entry failed/);

    const again = await dmAlone(...exportOf('nightly/partial', byRoot));
    expect(again.stdout).to.match(/^partial\/pipe +failed: already_exists: .*give --force/m);
    const forced = await dmAlone(...exportOf('nightly/partial', byRoot), '--force');
    expect(forced.stdout).to.match(/^partial\/pipe +-> /m);
    expect(lstatSync(`${byRoot}/partial/pipe`).isFIFO()).to.equal(true);

    const place = new TempDirectory();
    chownSync(place.path, 65_534, 65_534);
    for (const more of [[], ['--force']]) {
      const words = [...exportOf('nightly/partial', `${place.path}/to`), ...more];
      const result = spawnSync('setpriv', [...NOBODY, process.execPath, PROGRAM, ...words], {
        encoding: 'utf8',
      });
      expect(result.status, result.stderr).to.equal(6);
      expect(result.stdout).to.match(/^partial\/pipe +skipped \[fifo\]$/m);
      expect(result.stderr).to.match(
        /^dm: partial: 1 entry failed.*; 1 entry of special types skipped; run it as/,
      );
      const mode = (path: string) => lstatSync(`${place.path}/to/partial/${path}`).mode & 0o7777;
      expect(mode('secret')).to.equal(0o400);
      expect(mode('closed')).to.equal(0o500);
      expect(mode('closed/inside')).to.equal(0o644);
    }
    place[Symbol.dispose]();
  });
});

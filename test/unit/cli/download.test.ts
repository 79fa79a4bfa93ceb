import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import type { Outcome } from './cli-fixture.js';
import { runLine } from './cli-fixture.js';
import { dir, file, memoryDataset, type Node } from './memory-dataset.js';

const TREE = dir({
  'README.txt': file('read me'),
  data: dir({
    sub_dir: dir({
      a_file: file('hello world'),
      empty: dir({}),
      link: { type: 'symlink', target: '/etc/passwd' },
      pipe: { type: 'fifo' },
      'caf\xe9': file('bytes'),
    }),
  }),
});

describe('browse: download', () => {
  let place = '';
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'dm-download-'));
  });
  afterEach(() => rmSync(place, { recursive: true }));

  const download = (commands: string, root: Node = TREE): Promise<Outcome> =>
    runLine(
      ['browse', '-c', `connect-account backup2cloud; connect-dataset 2; ${commands}`],
      memoryDataset(root),
    );
  const text = (path: string) => readFileSync(join(place, path), 'utf8');

  it('brings a directory to DST/NAME and prints what goes where', async () => {
    const { stdout, stderr, code } = await download(
      `cd data; download sub_dir ${place}/testfolder`,
    );
    expect(stderr).to.equal(
      'dm: partial: 1 entry of special types skipped; give --metadata, as root\n',
    );
    expect(code).to.equal(6);
    const there = `${place}/testfolder/sub_dir`;
    expect(stdout.split('\n')).to.deep.equal([
      `sub_dir/          -> ${there}/`,
      `sub_dir/a_file    -> ${there}/a_file`,
      `sub_dir/caf\\xe9   -> ${there}/caf\\xe9`,
      `sub_dir/empty/    -> ${there}/empty/`,
      `sub_dir/link      -> ${there}/link`,
      'sub_dir/pipe      skipped [fifo]',
      '',
    ]);
    expect(text('testfolder/sub_dir/a_file')).to.equal('hello world');
    expect(readlinkSync(`${there}/link`)).to.equal('/etc/passwd');
    expect(lstatSync(`${there}/empty`).isDirectory()).to.equal(true);
    const names = readdirSync(there, 'buffer').map((name) => name.toString('latin1'));
    expect(names.sort()).to.deep.equal(['a_file', 'caf\xe9', 'empty', 'link']);
  });

  it('keeps its columns where paths are long', async () => {
    const names = ['a', 'a name of many characters', 'b', 'c'];
    const root = dir({ top: dir(Object.fromEntries(names.map((name) => [name, file('')]))) });
    const { stdout } = await download(`download top ${place}`, root);
    const arrows = stdout.split('\n').map((line) => line.indexOf('->'));
    expect(arrows).to.deep.equal([18, 18, 34, 34, 34, -1]);
  });

  it('brings a file to DST, and to DST/NAME when DST is a directory', async () => {
    await download(
      `cd data; download ../README.txt ${place}/local; download ../README.txt ${place}`,
    );
    expect(text('local')).to.equal('read me');
    expect(text('README.txt')).to.equal('read me');
  });

  it('leaves holes where a file has long zeros, also at its end', async () => {
    const bytes = Buffer.alloc(3_000_001);
    bytes.write('head', 0);
    bytes.write('middle', 1_500_000);
    await download(`download sparse ${place}`, dir({ sparse: file(bytes.toString('latin1')) }));
    const got = readFileSync(join(place, 'sparse'));
    expect(got.equals(bytes)).to.equal(true);
    expect(lstatSync(join(place, 'sparse')).blocks * 512).to.be.below(500_000);
  });

  it('brings the root under the name of the base path', async () => {
    const { code } = await download(`download / ${place}`);
    expect(code).to.equal(6);
    expect(text('portableOneFS/data/sub_dir/a_file')).to.equal('hello world');
  });

  it('never replaces an existing file without --force', async () => {
    writeFileSync(join(place, 'README.txt'), 'mine');
    const refused = await download(`download README.txt ${place}`);
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(/^dm: already_exists: .*README.txt exists; give --force/);
    expect(refused.stdout).to.equal('');
    expect(text('README.txt')).to.equal('mine');
    const forced = await download(`download --force README.txt ${place}`);
    expect(forced.code).to.equal(0);
    expect(text('README.txt')).to.equal('read me');
    expect(readdirSync(place)).to.deep.equal(['README.txt']);
  });

  it('never goes through a link at DST, even with --force', async () => {
    mkdirSync(join(place, 'elsewhere'));
    writeFileSync(join(place, 'victim'), 'mine');
    symlinkSync('elsewhere', join(place, 'to-directory'));
    symlinkSync('victim', join(place, 'to-file'));
    symlinkSync('nothing', join(place, 'dangling'));
    for (const command of [
      `download data ${place}/to-directory --force`,
      `download data ${place}/to-directory/ --force`,
      `download README.txt ${place}/to-directory --force`,
      `download README.txt ${place}/to-file --force`,
      `download README.txt ${place}/dangling`,
      `download data ${place}/dangling`,
    ]) {
      const { code, stderr } = await download(command);
      expect(stderr, command).to.match(/^dm: refused: .* is a symbolic link/);
      expect(code, command).to.equal(5);
    }
    expect(readdirSync(join(place, 'elsewhere'))).to.deep.equal([]);
    expect(text('victim')).to.equal('mine');
    expect(existsSync(join(place, 'nothing'))).to.equal(false);
  });

  it('never goes through links inside DST, which --force replaces', async () => {
    mkdirSync(join(place, 'elsewhere'));
    writeFileSync(join(place, 'victim'), 'mine');
    symlinkSync('elsewhere', join(place, 'data'));
    const directory = await download(`download data ${place} --force`);
    expect(directory.code).to.equal(5);
    expect(readdirSync(join(place, 'elsewhere'))).to.deep.equal([]);

    symlinkSync('victim', join(place, 'README.txt'));
    expect((await download(`download README.txt ${place}`)).code).to.equal(1);
    expect((await download(`download README.txt ${place} --force`)).code).to.equal(0);
    expect(text('victim')).to.equal('mine');
    expect(lstatSync(join(place, 'README.txt')).isFile()).to.equal(true);
  });

  it('never follows a link that the dataset itself brought', async () => {
    const evil = dir({
      top: dir({ out: { type: 'symlink', target: `${place}` }, out2: file('x') }),
    });
    await download(`download top ${place}/t`, evil);
    const nested = dir({ top: dir({ out: dir({ planted: file('x') }) }) });
    const { code, stdout } = await download(`download top ${place}/t --force`, nested);
    expect(code).to.equal(6);
    expect(stdout).to.match(/^top\/out\/ +failed: refused: .* is a symbolic link/m);
    expect(existsSync(join(place, 'planted'))).to.equal(false);
  });

  for (const name of ['..', '.', 'a/b', '../planted', 'nul\0', '']) {
    it(`refuses an entry named ${JSON.stringify(name)}`, async () => {
      const evil = dir({ top: dir({ [name]: file('x') }) });
      const { code, stderr } = await download(`download top ${place}/t`, evil);
      expect(stderr).to.match(/^dm: protocol_error: top has an entry named/);
      expect(code).to.equal(1);
      expect(readdirSync(place)).to.deep.equal(['t']);
      expect(readdirSync(join(place, 't/top'))).to.deep.equal([]);
    });
  }

  for (const size of [3, 30]) {
    it(`leaves no file when ${size} bytes were promised and 7 came`, async () => {
      const broken = dir({ f: file('read me', { size }) });
      for (const force of ['', ' --force']) {
        const { code, stderr } = await download(`download f ${place}${force}`, broken);
        expect(stderr).to.match(/^dm: corrupt: f has/);
        expect(code).to.equal(1);
        expect(readdirSync(place)).to.deep.equal([]);
      }
    });
  }

  describe('with an entry that is damaged', () => {
    const broken = dir({
      top: dir({ a: file('first'), bad: file('read me', { size: 9 }), z: file('last') }),
    });

    it('names it, leaves nothing of it, brings the rest and says how many failed', async () => {
      const { code, stdout, stderr } = await download(`download top ${place}`, broken);
      expect(code).to.equal(6);
      expect(readdirSync(join(place, 'top'))).to.deep.equal(['a', 'z']);
      expect(text('top/z')).to.equal('last');
      expect(stdout).to.match(/^top\/bad +failed: corrupt: top\/bad has 9 bytes/m);
      expect(stdout).not.to.contain('top/bad ->');
      expect(stderr).to.match(/^dm: partial: 1 entry failed/);
    });

    it('says so to programs, entry by entry', async () => {
      const at = `connect-account backup2cloud; connect-dataset 2; download top ${place}`;
      const words = ['--format=json', 'browse', '-c', at];
      const { code, stdout, stderr } = await runLine(words, memoryDataset(broken));
      expect(code).to.equal(6);
      expect(stderr).to.match(/^dm: partial: /);
      const rows: Record<string, string>[] = JSON.parse(stdout);
      expect(rows.map(({ path, result, code: why }) => [path, result, why])).to.deep.equal([
        ['top', 'done', ''],
        ['top/a', 'done', ''],
        ['top/bad', 'failed', 'corrupt'],
        ['top/z', 'done', ''],
      ]);
      expect(rows[1]).to.include({ type: 'file', destination: `${place}/top/a` });
    });

    it('goes on where it stopped, and replaces with --force', async () => {
      await download(`download top ${place}`, broken);
      const whole = dir({
        top: dir({ a: file('newer'), bad: file('read me'), z: file('newer') }),
      });
      const again = await download(`download top ${place}`, whole);
      expect(again.code).to.equal(6);
      expect(again.stderr).to.match(/^dm: partial: 2 entries failed.*give --force/);
      expect([text('top/a'), text('top/bad')]).to.deep.equal(['first', 'read me']);
      const forced = await download(`download top ${place} --force`, whole);
      expect([forced.code, forced.stderr]).to.deep.equal([0, '']);
      expect(text('top/a')).to.equal('newer');
    });

    it('names a directory that cannot be listed, and brings the others', async () => {
      const methods = memoryDataset(dir({ top: dir({ d: dir({ x: file('x') }), z: file('z') }) }));
      const browse = methods.browse;
      const outcome = await runLine(
        ['browse', '-c', `connect-account backup2cloud; connect-dataset 2; download top ${place}`],
        {
          ...methods,
          browse: (request, signal) => {
            if (String(request.path) === 'top/d') throw new DmError('corrupt', 'page is damaged');
            if (browse === undefined) throw new Error('no listing');
            return browse(request, signal);
          },
        },
      );
      expect(outcome.code).to.equal(6);
      expect(outcome.stdout).to.match(/^top\/d\/ +failed: corrupt: page is damaged/m);
      expect(text('top/z')).to.equal('z');
    });

    it('stops when nothing else would come either', async () => {
      const methods = memoryDataset(broken);
      const outcome = await runLine(
        ['browse', '-c', `connect-account backup2cloud; connect-dataset 2; download top ${place}`],
        {
          ...methods,
          readFile: () => {
            throw new DmError('store_unreachable', 'the bucket does not answer');
          },
        },
      );
      expect(outcome.code).to.equal(1);
      expect(outcome.stderr).to.match(/^dm: store_unreachable/);
      expect(readdirSync(join(place, 'top'))).to.deep.equal([]);
    });
  });

  it('gives what it brings the permission bits of the dataset, without setuid and setgid', async () => {
    const modes = dir({
      top: dir(
        {
          secret: file('s', { mode: 0 }),
          'set-id': file('s', { mode: 0o6755 }),
          open: file('s', { mode: 0o666 }),
          closed: dir({ below: file('b', { mode: 0o400 }) }, { mode: 0o500 }),
        },
        { mode: 0o3777 },
      ),
    });
    const mode = (path: string) => lstatSync(join(place, path)).mode & 0o7777;
    for (const force of ['', ' --force']) {
      const { code, stderr } = await download(`download top ${place}${force}`, modes);
      expect([code, stderr]).to.deep.equal([0, '']);
      expect(mode('top/secret')).to.equal(0);
      expect(mode('top/set-id')).to.equal(0o755);
      expect(mode('top/open')).to.equal(0o666);
      expect(mode('top/closed')).to.equal(0o500);
      expect(mode('top/closed/below')).to.equal(0o400);
      expect(mode('top')).to.equal(0o1777);
    }
  });

  describe('of a dataset that is partial', () => {
    const partial = (root: Node, exceptions: number, source: string): Promise<Outcome> =>
      runLine(
        [
          ...['browse', '-c'],
          `connect-account backup2cloud; connect-dataset 2; download ${source} ${place}`,
        ],
        memoryDataset(root, 'base', { dataset_state: 'COMPLETE_PARTIAL', exceptions }),
      );
    const lacks = { exception_code: 'unreadable', exception_message: 'top: no\nright' };

    it('says what it lacks of an entry', async () => {
      const root = dir({ top: dir({ f: file('x') }, { stat: lacks }), other: file('y') });
      const { code, stdout, stderr } = await partial(root, 1, '/');
      expect(code).to.equal(6);
      expect(stdout).to.match(/^base\/top\/ +the dataset lacks something of it: top: no right$/m);
      expect(stderr).to.match(/^dm: partial: 1 entry came without something/);
      expect(stderr).not.to.contain('dataset itself');
      expect((await partial(root, 1, 'other')).code).to.equal(0);
    });

    it('says how many entries it does not have at all', async () => {
      const root = dir({ f: file('x') });
      const two = await partial(root, 2, '/');
      expect(two.code).to.equal(6);
      expect(two.stderr).to.match(/^dm: partial: the dataset itself lacks 2 entries of its source/);
      rmSync(join(place, 'base'), { recursive: true });
      const unknown = await partial(root, 0, '/');
      expect(unknown.stderr).to.match(/the dataset itself lacks some entries of its source/);
    });
  });

  it('lets nobody else read what is not whole yet', async () => {
    const seen: number[] = [];
    const methods = memoryDataset(dir({ top: dir({ f: file('x') }) }));
    await runLine(
      ['browse', '-c', `connect-account backup2cloud; connect-dataset 2; download top ${place}`],
      {
        ...methods,
        readFile: async function* () {
          for (const path of ['top', 'top/f']) seen.push(lstatSync(join(place, path)).mode & 0o77);
          yield { data: Buffer.from('x') };
        },
      },
    );
    expect(seen).to.deep.equal([0, 0]);
  });

  it('says what is wrong with DST', async () => {
    const missing = await download(`download README.txt ${place}/no/where`);
    expect(missing.code).to.equal(3);
    expect(missing.stderr).to.match(/^dm: not_found: .*\/no/);
    const slash = await download(`download README.txt ${place}/new/`);
    expect(slash.stderr).to.match(/new is no directory/);
    writeFileSync(join(place, 'taken'), '');
    const taken = await download(`download data ${place}/taken`);
    expect(taken.stderr).to.match(/^dm: already_exists: .*taken exists; it is no directory/);
    expect((await download('download README.txt')).code).to.equal(2);
  });

  it('stops at Ctrl-C and leaves no half file', async () => {
    const interrupt = new AbortController();
    const methods = memoryDataset(TREE);
    const outcome = await runLine(
      [
        'browse',
        '-c',
        `connect-account backup2cloud; connect-dataset 2; download README.txt ${place}`,
      ],
      {
        ...methods,
        readFile: async function* () {
          yield { data: Buffer.from('rea') };
          interrupt.abort();
          yield { data: Buffer.from('d m') };
        },
      },
      { signal: interrupt.signal },
    );
    expect(outcome.code).to.equal(1);
    expect(outcome.stderr).to.match(/^dm: cancelled: /);
    expect(readdirSync(place)).to.deep.equal([]);
  });
});

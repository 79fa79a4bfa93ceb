import { expect } from 'chai';
import fc from 'fast-check';
import { complete } from '../../../src/cli/browse/completer.js';
import { modeText } from '../../../src/cli/browse/entry-text.js';
import { globMatcher } from '../../../src/cli/browse/glob.js';
import { BrowseSession } from '../../../src/cli/browse/session.js';
import { parseCommands, quoteWord } from '../../../src/cli/browse/words.js';
import type { ControlClient } from '../../../src/cli/control-client.js';
import { offsetTime } from '../../../src/cli/format/humanise.js';
import { runLine } from './cli-fixture.js';
import { dir, file, GUID, memoryDataset } from './memory-dataset.js';

const TREE = dir({
  'More_data.txt': file('more'),
  data: dir({ sub_dir: dir({ a_file: file('hello world', { mtime: '2000000000000000000' }) }) }),
  file_with_acl: file('acl', {
    stat: {
      xattrs: [
        { name: Buffer.from('user.note'), value: Buffer.from('hi') },
        { name: Buffer.from('security.x'), value: Buffer.from([0, 255]) },
        {
          name: Buffer.from('system.posix_acl_access'),
          value: Buffer.from(
            '0200000001000600ffffffff02000400e803000004000400ffffffff10000600ffffffff20000000ffffffff',
            'hex',
          ),
        },
      ],
      parents: [{ gfid: `${GUID}1`, name: Buffer.from('file_with_acl') }],
      content_version: '77',
    },
  }),
  'c\\\nf\xe9': file(''),
  link: { type: 'symlink', target: 'data' },
  pipe: { type: 'fifo' },
});
const CONNECT = 'connect-account backup2cloud; connect-dataset 2; ';

async function browse(commands: string): Promise<string[]> {
  const outcome = await runLine(['browse', '-c', CONNECT + commands], memoryDataset(TREE));
  expect(outcome.stderr).to.equal('');
  expect(outcome.code).to.equal(0);
  return outcome.stdout.split('\n').slice(0, -1);
}

describe('browse', () => {
  it('lists accounts and datasets as the walkthrough shows them', async () => {
    expect(await browse('list-accounts; list-datasets')).to.deep.equal([
      `0000000000000001${'0'.repeat(32)} (backup2cloud)`,
      `${GUID.toLowerCase()}${'0'.repeat(12)} (DM Local Account)`,
      `1\t${offsetTime('2025-05-29T08:40:13Z')}\tportableOneFS`,
      `2\t${offsetTime('2025-05-29T08:40:13Z')}\tportableOneFS`,
    ]);
    expect(offsetTime('2025-05-29T08:40:13Z')).to.match(/^2025-05-2\dT\d\d:\d\d:13[+-]\d{4}$/);
  });

  it('has the prompts of the walkthrough', async () => {
    const session = new BrowseSession(memoryDataset(TREE) as ControlClient);
    expect(session.prompt).to.equal('<no account>:<no dataset> $ ');
    await session.connectAccount('backup2cloud');
    expect(session.prompt).to.equal('backup2cloud:<no dataset> $ ');
    await session.connectDataset('2');
    expect(session.prompt).to.equal('backup2cloud:2 <portableOneFS:> $ ');
    await session.changeDirectory(Buffer.from('data'));
    expect(session.prompt).to.equal('backup2cloud:2 <portableOneFS:data/> $ ');
    await session.changeDirectory(Buffer.from('../../..'));
    expect(session.prompt).to.equal('backup2cloud:2 <portableOneFS:> $ ');
  });

  it('lists a directory with types, names escaped', async () => {
    expect(await browse('ls')).to.deep.equal([
      'More_data.txt                  [file]',
      'c\\\\\\x0af\\xe9                   [file]',
      'data                           [dir]',
      'file_with_acl                  [file]',
      'link                           [symlink]',
      'pipe                           [fifo]',
    ]);
    const long = await browse('ls -l link');
    expect(long[0]).to.match(
      /^lrw-r-----\s+1 root\s+100\s+0 B 2001-09-\d\d [\d:]{8} link .*-> data$/,
    );
  });

  it('lists devices with their numbers in place of a size', async () => {
    const numbers = { rdev_major: 259, rdev_minor: 12 };
    const root = dir({ disk: { type: 'block', stat: numbers }, tty: { type: 'char' } });
    const words = ['browse', '-c', `${CONNECT}ls -l; ls -l disk`];
    const { stdout } = await runLine(words, memoryDataset(root));
    const [disk, tty, alone] = stdout.split('\n');
    expect(disk).to.match(/^brw-r-----.* root +100 +259:12 2001-/);
    expect(tty).to.match(/^crw-r-----.* root +100 +0:0 2001-/);
    expect(alone).to.equal(disk);
  });

  it('takes escaped names back', async () => {
    expect(await browse('ls c\\\\\\x0af\\xe9')).to.deep.equal([
      'c\\\\\\x0af\\xe9                   [file]',
    ]);
  });

  it('takes them back in quotes of either kind', async () => {
    for (const quote of ["'", '"']) {
      expect(await browse(`ls ${quote}c\\\\\\x0af\\xe9${quote}`)).to.have.length(1);
    }
  });

  it('finds directories first, then goes down', async () => {
    expect(await browse('find')).to.deep.equal([
      './data/',
      './More_data.txt',
      './c\\\\\\x0af\\xe9',
      './file_with_acl',
      './link',
      './pipe',
      './data/sub_dir/',
      './data/sub_dir/a_file',
    ]);
    expect(await browse('cd data; find')).to.deep.equal(['./sub_dir/', './sub_dir/a_file']);
    expect(await browse('find data/sub_dir')).to.deep.equal(['data/sub_dir/a_file']);
  });

  it('finds by name, type, size and time', async () => {
    expect(await browse("find -name '*_*' -type f")).to.deep.equal([
      './More_data.txt',
      './file_with_acl',
      './data/sub_dir/a_file',
    ]);
    expect(await browse('find -type d,l')).to.deep.equal(['./data/', './link', './data/sub_dir/']);
    expect(await browse('find -type f -size +10')).to.deep.equal(['./data/sub_dir/a_file']);
    expect(await browse('find -type f -size -1')).to.deep.equal(['./c\\\\\\x0af\\xe9']);
    expect(await browse('find -size 3')).to.deep.equal(['./file_with_acl']);
    expect(await browse('find -newer 2020-01-01')).to.deep.equal(['./data/sub_dir/a_file']);
  });

  it('prints the stat blocks', async () => {
    const lines = (await browse('stat data/../file_with_acl')).map((line) => line.trim());
    expect(lines).to.include.members([
      'gstat:{',
      `gfile_id = {guid={dmg_guid=${GUID}} local_unid=28802}`,
      'mode = 0100640',
      'uid = 0 (root)',
      'size = 3',
      'flags = 0x10 (immutable)',
      'ace_count = 5',
      '{ ace_type=allow ace_flags=none ace_rights=rw- ace_trustee=owner }',
      '{ ace_type=allow ace_flags=none ace_rights=r-- ace_trustee=uid:1000 }',
      '{ ace_type=mask ace_flags=none ace_rights=rw- ace_trustee=mask }',
      'extattr_num = 1',
      'extattr_names = [user.note]',
      'extattr_values = ["hi"]',
      'sysattr_num = 1',
      'sysattr_values = [0x00ff]',
      'Parent gfid count #1:',
      `Parent gfid #0: {guid={dmg_guid=${GUID}} local_unid=1 name=file_with_acl}`,
      '{digest=77}',
    ]);
    expect(lines.find((line) => line.startsWith('mtime'))).to.match(
      /^mtime = 1000000000000000000 /,
    );
  });

  it('says where it is and lists its commands', async () => {
    expect(await browse('cd data/sub_dir; pwd; cd; pwd')).to.deep.equal([
      'portableOneFS:data/sub_dir/',
      'portableOneFS:',
    ]);
    const help = (await browse('help')).join('\n');
    for (const name of [
      'connect-dataset',
      'find [PATH]',
      'download SRC DST',
      'restore SRC DST',
      'exit',
    ]) {
      expect(help).to.contain(name);
    }
  });

  describe('for programs', () => {
    const asFormat = (format: string, commands: string) =>
      runLine([`--format=${format}`, 'browse', '-c', `${CONNECT}${commands}`], memoryDataset(TREE));
    const asJson = async (commands: string) =>
      JSON.parse((await asFormat('json', commands)).stdout);

    it('lists and finds as JSON, names by their bytes', async () => {
      const listed = await asJson('ls');
      expect(listed).to.have.length(6);
      expect(listed[1]).to.deep.include({
        path: 'c\\\\\\x0af\\xe9',
        path_base64: Buffer.from('c\\\nf\xe9', 'latin1').toString('base64'),
        type: 'file',
        mode: 0o640,
        size: 0,
      });
      expect(listed[4]).to.deep.include({ path: 'link', symlink_target: 'data' });
      const found = await asJson('cd data; find -type f');
      expect(found.map((one: { path: string }) => one.path)).to.deep.equal(['data/sub_dir/a_file']);
      expect(await asJson('find -name nothing')).to.deep.equal([]);
      expect((await asJson('list-accounts'))[0]).to.have.keys('id', 'name');
      expect((await asJson('list-datasets'))[1]).to.include({ id: 2, dataset_state: 'COMPLETE' });
    });

    it('tells all of an entry as JSON', async () => {
      const stat = await asJson('stat file_with_acl');
      expect(stat).to.deep.include({ path: 'file_with_acl', size: 3, flags: 0x10 });
      expect(stat.parents).to.deep.equal([
        { gfid: `${GUID}1`, name: 'file_with_acl', name_base64: '' },
      ]);
      const note = stat.xattrs.find((one: { name: string }) => one.name === 'user.note');
      expect(note.value_base64).to.equal(Buffer.from('hi').toString('base64'));
    });

    it('lists as CSV, with the fields of JSON as its heading', async () => {
      const { stdout } = await asFormat('csv', 'ls data');
      const [heading, first] = stdout.split('\r\n');
      expect(heading?.split(',')).to.deep.equal(Object.keys((await asJson('ls data'))[0]));
      expect(first).to.match(/^data\/sub_dir,,dir,/);
    });

    for (const command of ['help', 'restore data /to']) {
      it(`does not do what has no such form: ${command}`, async () => {
        const { code, stdout, stderr, calls } = await asFormat('json', command);
        expect([code, stdout]).to.deep.equal([2, '']);
        expect(stderr).to.match(
          /^dm: usage: \w+ prints for people only; leave --format=json out$/m,
        );
        expect(calls.map(({ method }) => method)).not.to.include('createPolicy');
      });
    }
  });

  it('runs a script on stdin and stops at the first failing command with its exit code', async () => {
    const stdin = `# a comment\nconnect-account backup2cloud\nconnect-dataset 2\nls data\ncd nowhere\nls\n`;
    const outcome = await runLine(['browse'], memoryDataset(TREE), { stdin });
    expect(outcome.stdout).to.equal('sub_dir                        [dir]\n');
    expect(outcome.stderr).to.match(/^dm: not_found: "nowhere" does not exist/);
    expect(outcome.code).to.equal(3);
  });

  it('stops at exit', async () => {
    const stdin = 'exit; ls\nls\n';
    const outcome = await runLine(['browse'], memoryDataset(TREE), { stdin });
    expect([outcome.code, outcome.stdout, outcome.stderr]).to.deep.equal([0, '', '']);
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['ls', /no account is connected/],
    ['connect-account backup2cloud; ls', /no dataset is connected/],
    [`${CONNECT}cd link`, /link is no directory but a symlink/],
    [`${CONNECT}restore a`, /restore takes SRC and DST/],
    [`${CONNECT}remove a`, /no command "remove"/],
    [`${CONNECT}find -bogus x`, /find has no test -bogus/],
    [`${CONNECT}find -name`, /-name needs a value/],
    [`${CONNECT}find -size many`, /-size many/],
    [`${CONNECT}find -newer tomorrow`, /"tomorrow" is no date/],
    [`${CONNECT}find -type x`, /-type x/],
    [`${CONNECT}find -name "[z-a]"`, /pattern \[z-a\]/],
    [`${CONNECT}stat`, /stat takes one PATH/],
    [`${CONNECT}ls "data`, /a quote " is not closed/],
  ];
  for (const [commands, message] of wrong) {
    it(`exits 2: ${commands}`, async () => {
      const outcome = await runLine(['browse', '-c', commands], memoryDataset(TREE));
      expect(outcome.stderr).to.match(message);
      expect(outcome.code).to.equal(2);
    });
  }
});

describe('browse: words', () => {
  const split = (text: string) =>
    parseCommands(text).map((command) => command.map((word) => word.toString('latin1')));

  it('splits commands and words', () => {
    expect(split(`a b;c  'd e' "f;g"\nh\\ i ''`)).to.deep.equal([
      ['a', 'b'],
      ['c', 'd e', 'f;g'],
      ['h i', ''],
    ]);
    expect(split("a \\xff\\\\ \\q \"\\x41\" '\\x41' '\\\\x41 \\d\"'")).to.deep.equal([
      ['a', '\xff\\', '\\q', 'A', 'A', '\\x41 \\d"'],
    ]);
    expect(split('# nothing; here\nls #no')).to.deep.equal([['ls', '#no']]);
  });

  it('reads every name back as it quotes it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (name) => {
        expect(parseCommands(`ls ${quoteWord(name)}`)).to.deep.equal([
          [Buffer.from('ls'), Buffer.from(name)],
        ]);
      }),
    );
  });

  it('matches globs by character, or by byte where the name is no text', () => {
    const matches = (glob: string, name: string | Buffer) =>
      globMatcher(Buffer.from(glob))(Buffer.from(name as string));
    expect(matches('?', 'é')).to.equal(true);
    expect(matches('??', 'é')).to.equal(false);
    expect(matches('caf?', Buffer.from('caf\xe9', 'latin1'))).to.equal(true);
    expect(matches('*.t[xy]t', 'a.txt')).to.equal(true);
    expect(matches('[!a]*', 'abc')).to.equal(false);
    expect(matches('[]a]', ']')).to.equal(true);
    expect(matches('a[b', 'a[b')).to.equal(true);
    expect(matches('a.c', 'abc')).to.equal(false);
    expect(matches('*', 'a\nb')).to.equal(true);
  });

  it('writes modes as ls does', () => {
    expect(modeText('file', 0o4755)).to.equal('-rwsr-xr-x');
    expect(modeText('dir', 0o1777)).to.equal('drwxrwxrwt');
    expect(modeText('file', 0o2640)).to.equal('-rw-r-S---');
  });
});

describe('browse: completion', () => {
  const signal = new AbortController().signal;
  let session: BrowseSession;
  beforeEach(async () => {
    session = new BrowseSession(
      memoryDataset(dir({ 'a b': file(''), abc: dir({ deep: file('') }) })) as ControlClient,
    );
    await session.connectAccount('backup2cloud');
    await session.connectDataset('2');
  });

  it('completes commands, accounts, datasets and names', async () => {
    expect(await complete(session, 'connect-d', signal)).to.deep.equal([
      ['connect-dataset '],
      'connect-d',
    ]);
    expect(await complete(session, 'ls; connect-account b', signal)).to.deep.equal([
      ['backup2cloud'],
      'b',
    ]);
    expect((await complete(session, 'connect-dataset ', signal))[0]).to.deep.equal(['1', '2']);
    expect(await complete(session, 'ls a', signal)).to.deep.equal([['a\\ b ', 'abc/'], 'a']);
    expect(await complete(session, 'stat a\\ ', signal)).to.deep.equal([['a\\ b '], 'a\\ ']);
    expect(await complete(session, 'ls abc/d', signal)).to.deep.equal([['abc/deep '], 'abc/d']);
  });
});

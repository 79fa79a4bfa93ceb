import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { Excludes } from '../../../../../src/endpoint/local/capture/excludes.js';

const PATHS = [
  'a',
  'a.o',
  'b/a.o',
  'b/c/a.o',
  'b/c/d/e',
  'build/x',
  'src/build/x',
  'src/build.txt',
  'doc/frotz/y',
  'sub/doc/frotz',
  'foo/bar/baz',
  'foo/x/bar/baz',
  'foo/x/y/bar',
  'hello.txt',
  'hello world ',
  'trailing',
  '#hash',
  '!bang',
  'star*star',
  'xstarystar',
  'q?q',
  'file1',
  'file2',
  'fileA',
  'file-',
  'file]',
  'back\\slash',
  'keep/me',
  'keep/not',
  'deep/1/2/3/4.log',
  'logs/debug.log',
  'logs/monday/foo.bar',
  '.hidden',
  'with space/inner',
];

const PATTERNS: string[][] = [
  ['*.o'],
  ['/*.o'],
  ['build/'],
  ['/build'],
  ['doc/frotz'],
  ['doc/frotz/'],
  ['**/bar'],
  ['foo/**/bar'],
  ['foo/**'],
  ['**'],
  ['*'],
  ['*', '!a', '!keep', '!keep/me'],
  ['/*', '!/keep/'],
  ['\\#hash', '\\!bang'],
  ['#hash'],
  ['star\\*star'],
  ['q\\?q'],
  ['q?q'],
  ['file[0-9]'],
  ['file[!0-9]'],
  ['file[^a-z]'],
  ['file[]-]'],
  ['file[[:digit:]]'],
  ['file[[:upper:]]'],
  ['file['],
  ['back\\\\slash'],
  ['hello world\\ '],
  ['hello world '],
  ['trailing   '],
  ['deep/**/*.log'],
  ['*.log', '!logs/debug.log'],
  ['logs/**/debug.log'],
  ['.*'],
  ['with space/'],
  ['b/**/e'],
  ['a/', '!a.o'],
  ['foo/*/bar'],
  ['foo*bar'],
  ['/**/baz'],
  ['foo/'],
  ['!a'],
  ['', '   '],
  ['b/c*'],
  ['keep/*', '!keep/me'],
];

/** Which of the paths are left out, asking from the top down as a walk does. */
function leftOut(patterns: readonly string[]): string[] {
  const excludes = new Excludes(patterns);
  return PATHS.filter((path) => {
    const parts = path.split('/').map((part) => Buffer.from(part));
    return parts.some((part, depth) =>
      excludes.excludes(parts.slice(0, depth), part, depth < parts.length - 1),
    );
  });
}

describe('exclude patterns', () => {
  let repository = '';

  before(() => {
    repository = mkdtempSync(join(tmpdir(), 'dm-ignore-'));
    execFileSync('git', ['init', '-q', repository]);
    for (const path of PATHS) {
      const parent = join(repository, dirname(path));
      mkdirSync(parent, { recursive: true });
      writeFileSync(join(repository, path), '');
    }
  });
  after(() => rmSync(repository, { recursive: true, force: true }));

  for (const patterns of PATTERNS) {
    it(`leaves out what git does: ${JSON.stringify(patterns)}`, () => {
      writeFileSync(join(repository, '.git/info/exclude'), `${patterns.join('\n')}\n`);
      const asked = spawnSync('git', ['check-ignore', '-z', '--no-index', '--stdin'], {
        cwd: repository,
        input: PATHS.join('\0'),
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
        encoding: 'utf8',
      });
      expect(asked.status).to.be.oneOf([0, 1]);
      const ignored = asked.stdout.split('\0').filter((path) => path !== '');
      expect(leftOut(patterns)).to.deep.equal(ignored);
    });
  }

  it('matches bytes that are not UTF-8', () => {
    const excludes = new Excludes(['a?c', 'x[!y]z']);
    expect(excludes.excludes([], Buffer.from([0x61, 0xff, 0x63]), false)).to.equal(true);
    expect(excludes.excludes([], Buffer.from([0x78, 0xfe, 0x7a]), false)).to.equal(true);
  });
});

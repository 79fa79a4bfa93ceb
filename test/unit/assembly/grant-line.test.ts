import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { allowingLines } from '../../../src/assembly/grant-line.js';
import { rightRefused } from '../../../src/security/right-refusal.js';
import { parseEscaped } from '../../../src/util/escape.js';

const RULES = {
  ceiling: ['read', 'write'] as const,
  roots: [Buffer.from('/data'), Buffer.from('/srv')],
  grants: [],
  grantsOnly: true,
};
const PARTY = { description: 'peer "alpha"', identity: `spki:${'ab'.repeat(32)}` };

describe('the line that would allow a refused call', () => {
  const lines = (right: 'read' | 'write' | 'create', path: Buffer | null) =>
    allowingLines(rightRefused(PARTY, right, path).data, RULES);

  it('names the path of the call, or every root when it named none', () => {
    const line = (root: string) =>
      `dm grants create --identity ${PARTY.identity} --root ${root} --allow read`;
    expect(lines('read', Buffer.from('/data/x'))).to.deep.equal([line('/data/x')]);
    expect(lines('read', null)).to.deep.equal([line('/data'), line('/srv')]);
  });

  it('is the setting when that is in the way, and nothing where no root is', () => {
    expect(lines('create', null)).to.deep.equal(['dm agent --peer-access=read,write,create']);
    expect(lines('read', Buffer.from('/etc'))).to.deep.equal([]);
  });

  it('runs nothing of a path that a peer chose, when it is pasted into a shell', () => {
    const evil = Buffer.from('/data/\'; touch /tmp/x; $(id) `id` \n\x1b[2J \\ "');
    const [line = ''] = lines('write', evil);
    expect(line).to.match(/^[\x20-\x7e]+$/);
    const script = `dm() { printf '%s\\n' "$@"; }; ${line}`;
    const words = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
    expect(words.slice(0, 5)).to.deep.equal([
      'grants',
      'create',
      '--identity',
      PARTY.identity,
      '--root',
    ]);
    expect(parseEscaped(words[5] ?? '')).to.deep.equal(evil);
    expect(words.slice(6)).to.deep.equal(['--allow', 'write']);
  });
});

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ERROR_CODES } from '../../src/model/error-codes.js';

describe('docs/errors.md', () => {
  const rows = [
    ...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([a-z_]+)` \| ([0-9]) \|/gm),
  ];

  it('has a row for every code, with its exit code, and for no other', () => {
    const documented = Object.fromEntries(rows.map(([, code, exit]) => [code, Number(exit)]));
    const actual = Object.fromEntries(
      Object.entries(ERROR_CODES).map(([code, { exit }]) => [code, exit]),
    );
    expect(documented).to.deep.equal(actual);
  });
});

describe('docs/attacks.md', () => {
  const text = readFileSync('docs/attacks.md', 'utf8');
  const rows = [...text.matchAll(/^\| (\d+) \| .* \| `(.+)` \| (.+) \|$/gm)];

  it('names a test that is there for every attack, or says why there is none', () => {
    for (const [, number, file = '', title = ''] of rows) {
      expect(readFileSync(`test/${file}`, 'utf8'), `${number} in ${file}`).to.contain(title);
    }
    const numbers = rows.map(([, number]) => Number(number));
    const others = [...text.matchAll(/^- ([\d, ]+):/gm)].flatMap(([, list = '']) =>
      list.split(', ').map(Number),
    );
    const all = Array.from({ length: 68 }, (_, index) => index + 1);
    expect([...numbers, ...others].sort((a, b) => a - b)).to.deep.equal(all);
  });

  it('says of every test that no watch stands over why there is none', () => {
    const unwatched = rows
      .filter(([, , file = '']) => !readFileSync(`test/${file}`, 'utf8').includes('withstands({'))
      .map(([, number]) => Number(number));
    const [, section = ''] = text.match(/^Not watched:\n\n((?:- .*\n)+)/m) ?? [];
    const said = [...section.matchAll(/^- (?:tests of .*: )?([\d, ]+)(?:\.| has)/gm)].flatMap(
      ([, list = '']) => list.split(', ').map(Number),
    );
    expect(unwatched).to.have.members(said);
  });
});

describe('docs/security.md', () => {
  it('names a test that is there for each thing that an attacker can and cannot do', () => {
    const text = readFileSync('docs/security.md', 'utf8');
    const rows = [...text.matchAll(/^\|(.*)\| `(.+\.test\.ts)` \| (.+) \|$/gm)];
    expect(rows.length).to.be.greaterThan(25);
    // A row that names its test in another way would not be looked at.
    expect(rows.length).to.equal(text.match(/\.test\.ts/g)?.length);
    for (const [, what, file = '', title = ''] of rows) {
      expect(readFileSync(`test/${file}`, 'utf8'), what).to.contain(title);
    }
  });

  it('has a row for every reason for which a certificate is refused, each of which is tested', () => {
    const text = readFileSync('docs/security.md', 'utf8');
    const [, table = ''] =
      text.match(/### `data.reason` of `peer_untrusted`\n\n((?:\|.*\n)+)/) ?? [];
    const documented = [...table.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, reason]) => reason);
    const source = readFileSync('src/security/trust-refusal.ts', 'utf8');
    const [, type = ''] = source.match(/type TrustReason =\n((?: {2}\| '.*'[;\n]+)+)/) ?? [];
    const known = [...type.matchAll(/'([a-z_]+)'/g)].map(([, reason]) => reason);
    expect(known.length).to.be.greaterThan(15);
    expect(documented).to.have.members(known);
    const tests = readFileSync('test/unit/security/trust.test.ts', 'utf8');
    for (const reason of known) expect(tests, reason).to.contain(`'${reason}'`);
  });
});

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

import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { parseSubpath } from '../../../src/policy/subpath.js';

describe('a subpath', () => {
  for (const [text, path] of [
    ['docs', 'docs'],
    ['docs/plan.txt', 'docs/plan.txt'],
    ['docs/', 'docs'],
    ['docs/deep///', 'docs/deep'],
    ['a\\x2f', 'a'],
    ['...', '...'],
    ['n\\xe4me', 'n\xe4me'],
  ] as const) {
    it(`is ${path} when given as ${text}`, () => {
      expect(parseSubpath(text).toString('latin1')).to.equal(path);
    });
  }

  for (const text of [
    ...['', '/', '//', '/docs', 'docs//plan', '.', '..', './docs', 'docs/../..', 'docs/.'],
    ...['docs\\x2f..', '\\x2fdocs', 'a\\x00b', 'x'.repeat(256)],
  ]) {
    it(`is refused as ${text.slice(0, 20)}`, () => {
      expect(() => parseSubpath(text))
        .to.throw(DmError, 'must be relative')
        .with.property('code', 'invalid_argument');
    });
  }
});

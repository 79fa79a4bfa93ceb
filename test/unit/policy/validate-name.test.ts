import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { validateName } from '../../../src/policy/validate-policy.js';

describe('a name', () => {
  for (const name of ['nightly', 'a b', 'Übung 7', '日本', 'نامه\u200cها', 'x'.repeat(255), '-']) {
    it(`may be ${JSON.stringify(name.slice(0, 20))}`, () => validateName(name));
  }

  for (const name of [
    '',
    ' ',
    '\u00a0',
    ' a',
    'a ',
    'a\nb',
    'a\u001bb',
    'a\u202eb',
    '\u200d',
    '\u2028',
    'a\ud800',
    '12',
    'local',
    'f'.repeat(48),
    'x'.repeat(256),
  ]) {
    it(`may not be ${JSON.stringify(name.slice(0, 20))}`, () => {
      expect(() => validateName(name))
        .to.throw(DmError)
        .with.property('code', 'invalid_argument');
    });
  }

  it('that does not print is told with what is wrong in it', () => {
    expect(() => validateName('a\u202eb')).to.throw('"a\\xe2\\x80\\xaeb" cannot be a name');
  });
});

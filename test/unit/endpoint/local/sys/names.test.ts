import { expect } from 'chai';
import { checkName, printable, splitPath } from '../../../../../src/model/entry-name.js';
import { bytes, errnoOf } from './temp-directory.js';

describe('names of directory entries', () => {
  const refused: Readonly<Record<string, Buffer>> = {
    empty: bytes(''),
    dot: bytes('.'),
    'dot dot': bytes('..'),
    'a slash': bytes('a/b'),
    'a NUL': bytes('a\0b'),
    '256 bytes': Buffer.alloc(256, 0x61),
  };
  for (const [what, name] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      expect(errnoOf(() => checkName(name))).to.equal('protocol_error');
    });
  }

  it('takes 255 bytes of anything else, dots and invalid UTF-8 included', () => {
    for (const name of [
      Buffer.alloc(255, 0xff),
      bytes('...'),
      bytes('..a'),
      bytes('.a'),
      bytes(' '),
    ]) {
      expect(errnoOf(() => checkName(name))).to.equal('nothing thrown');
    }
  });

  it('splits a path and refuses empty, absolute and upward ones', () => {
    expect(splitPath(bytes('a/b')).map(String)).to.deep.equal([
      String(bytes('a')),
      String(bytes('b')),
    ]);
    expect(splitPath(bytes(''))).to.deep.equal([]);
    for (const path of ['/a', 'a/', 'a//b', 'a/../b', './a', '/']) {
      expect(
        errnoOf(() => splitPath(bytes(path))),
        path,
      ).to.equal('protocol_error');
    }
  });

  it('prints bytes without control characters', () => {
    expect(printable(Buffer.from([0x61, 0x0a, 0xff]))).to.equal('"a\\x0a\\xff"');
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { escapePath, isUtf8, parseEscaped } from '../../../src/util/escape.js';

describe('escaped paths', () => {
  it('leave printable UTF-8 as it is', () => {
    expect(escapePath(Buffer.from('päth/日本'))).to.equal('päth/日本');
  });

  it('show control characters, invalid bytes, overrides and the backslash', () => {
    expect(escapePath(Buffer.from('a\n\x1b[2Jb\\c\xff', 'latin1'))).to.equal(
      'a\\x0a\\x1b[2Jb\\\\c\\xff',
    );
    expect(escapePath(Buffer.from('caf\xe9\n\\', 'latin1'))).to.equal('caf\\xe9\\x0a\\\\');
    expect(escapePath(Buffer.from('\u202e'))).to.equal('\\xe2\\x80\\xae');
  });

  it('give the same bytes back, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(parseEscaped(escapePath(bytes)).equals(Buffer.from(bytes))).to.equal(true);
      }),
    );
  });

  it('tell UTF-8 from other bytes', () => {
    expect(isUtf8(Buffer.from('é'))).to.equal(true);
    expect(isUtf8(Buffer.from([0xc3]))).to.equal(false);
  });
});

import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { errorAtPath, namedError } from '../../../src/model/named-error.js';

describe('what an error is about', () => {
  const full = new DmError('no_space', 'the disk is full; make room', { data: { free: 0 } });

  it('stands in front, with code and data kept', () => {
    const named = namedError(full, 'account "beta"');
    expect(named.message).to.equal('account "beta": the disk is full; make room');
    expect(named).to.deep.include({ code: 'no_space', data: { free: 0 }, cause: full });
  });

  it('is told once', () => {
    const named = namedError(full, 'account "beta"');
    expect(namedError(named, 'account "beta"')).to.equal(named);
    const path = Buffer.from('/srv/a\n');
    const atPath = errorAtPath(full, path);
    expect(atPath.message).to.equal('/srv/a\\x0a: the disk is full; make room');
    expect(errorAtPath(namedError(atPath, 'account "beta"'), path).message).to.equal(
      'account "beta": /srv/a\\x0a: the disk is full; make room',
    );
  });

  it('is not told of a cancel, and not of an empty path', () => {
    const cancelled = new DmError('cancelled', 'stopped on request');
    expect(namedError(cancelled, 'x')).to.equal(cancelled);
    expect(errorAtPath(full, Buffer.alloc(0))).to.equal(full);
  });
});

import { expect } from 'chai';
import { decodePosixAcl } from '../../../src/cli/browse/posix-acl.js';

describe('POSIX access control lists', () => {
  const list = Buffer.from(
    '020000000800 0700 64000000 20000500ffffffff'.replaceAll(' ', ''),
    'hex',
  );

  it('are decoded to entries', () => {
    expect(decodePosixAcl(list, true)).to.deep.equal([
      { type: 'allow', flags: 'inherit', rights: 'rwx', trustee: 'gid:100' },
      { type: 'allow', flags: 'inherit', rights: 'r-x', trustee: 'everyone' },
    ]);
  });

  it('are read from bytes anywhere in their memory', () => {
    const shifted = Buffer.concat([Buffer.alloc(3), list]).subarray(3);
    expect(decodePosixAcl(shifted, false)).to.have.length(2);
  });

  it('are not guessed from other bytes', () => {
    const unknownTag = Buffer.from(list);
    unknownTag[4] = 0x40;
    const unknownRight = Buffer.from(list);
    unknownRight[6] = 0x08;
    const version = Buffer.from(list);
    version[0] = 1;
    for (const bytes of [
      unknownTag,
      unknownRight,
      version,
      list.subarray(0, -1),
      Buffer.alloc(0),
      Buffer.from([2, 0, 0]),
    ]) {
      expect(decodePosixAcl(bytes, false)).to.equal(null);
    }
  });
});

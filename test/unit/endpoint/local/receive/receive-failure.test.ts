import { expect } from 'chai';
import { sessionError } from '../../../../../src/endpoint/local/receive/receive-failure.js';

describe('a failed call of a whole receive', () => {
  const told = (code: string) => {
    const raw = new Error(`${code}: failed, mkdir '/proc/self/fd/23/trees'`);
    const error = Object.assign(raw, { code, syscall: 'mkdir' });
    return sessionError(error, 'receive into', Buffer.from('/data/copy')).message;
  };

  it('names the target and the remedy on a read-only file system', () => {
    expect(told('EROFS')).to.equal(
      'cannot receive into "/data/copy": its file system is mounted read-only; mount it writable',
    );
  });

  it('does not show descriptors of the agent in the place of paths', () => {
    expect(told('EIO')).to.equal('cannot receive into "/data/copy": mkdir failed with EIO');
  });
});

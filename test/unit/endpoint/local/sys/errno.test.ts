import { expect } from 'chai';
import {
  isErrno,
  SysError,
  sysError,
  sysToDm,
} from '../../../../../src/endpoint/local/sys/errno.js';
import { DmError } from '../../../../../src/model/error.js';

describe('failed system calls', () => {
  it('know their code, number and call', () => {
    const error = sysError('openat', 'ENOENT');
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ code: 'ENOENT', errno: 2, syscall: 'openat' });
    expect(error.message).to.equal('openat: ENOENT');
  });

  it('are told apart by code, and ENOTSUP is EOPNOTSUPP', () => {
    expect(isErrno(sysError('x', 'ENOENT'), 'EIO', 'ENOENT')).to.equal(true);
    expect(isErrno(sysError('x', 'ENOENT'), 'EIO')).to.equal(false);
    expect(isErrno(new SysError('x', 95), 'ENOTSUP')).to.equal(true);
    expect(isErrno(new Error('ENOENT'), 'ENOENT')).to.equal(false);
  });

  it('leave later errors their stack', () => {
    sysError('x', 'EIO');
    expect(new Error('later').stack).to.contain('errno.test');
  });

  it('become the error the operator knows, with object and remedy', () => {
    const codeOf = (code: string) => sysToDm(sysError('write', code), 'write', '/data/f').code;
    expect(codeOf('ENOSPC')).to.equal('no_space');
    expect(codeOf('EDQUOT')).to.equal('quota_exceeded');
    expect(codeOf('EACCES')).to.equal('unreadable');
    expect(codeOf('EPERM')).to.equal('unreadable');
    expect(codeOf('EROFS')).to.equal('io_error');
    expect(codeOf('EIO')).to.equal('io_error');
    expect(codeOf('EINVAL')).to.equal('io_error');
    const error = sysToDm(sysError('unlinkat', 'EPERM'), 'remove', '/data/f', 'target_immutable');
    expect(error.code).to.equal('target_immutable');
    expect(error.message).to.contain('cannot remove "/data/f"');
    expect(error.data).to.deep.equal({ errno: 'EPERM', syscall: 'unlinkat' });
  });

  it('pass our own errors unchanged and wrap foreign ones', () => {
    const own = new DmError('corrupt', 'x');
    expect(sysToDm(own, 'read', '/f')).to.equal(own);
    expect(sysToDm(new TypeError('bug'), 'read', '/f').code).to.equal('internal');
  });
});

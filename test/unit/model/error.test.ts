import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { asDmError, DmError } from '../../../src/model/error.js';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: failed, write`), { code, syscall: 'write' });
}

describe('errors that are not ours', () => {
  it('tells a full disk, a used up quota and other failed calls apart', () => {
    expect(asDmError(systemError('ENOSPC'), 'x').code).to.equal('no_space');
    // What libuv makes of the one that it has no name for.
    const unnamed = Object.assign(systemError('Unknown system error -122'), { errno: -122 });
    expect(asDmError(unnamed, 'x').code).to.equal('quota_exceeded');
    expect(asDmError(systemError('EIO'), 'x').code).to.equal('io_error');
    expect(asDmError(new TypeError('bug'), 'x').code).to.equal('internal');
  });

  it('says what to do where the call tells what is wrong', () => {
    expect(asDmError(systemError('EROFS'), 'making it')).to.include({
      code: 'io_error',
      message: 'making it: EROFS: failed, write; mount the file system writable',
    });
    expect(asDmError(systemError('EIO'), 'making it').message).to.not.contain(';');
  });

  it('knows a real failed call, and leaves our own errors as they are', () => {
    expect(() => mkdirSync('/proc/none'))
      .to.throw()
      .and.satisfy((error: unknown) => {
        return asDmError(error, 'making it').code === 'io_error';
      });
    const below = () => mkdirSync(`/proc/self/fd/${process.pid}/trees/x`);
    expect(below)
      .to.throw()
      .and.satisfy((error: unknown) => {
        const { message } = asDmError(error, 'making it');
        return message.includes("'…/trees/x'") && !message.includes('/proc/');
      });
    const own = new DmError('in_use', 'busy');
    expect(asDmError(own, 'x')).to.equal(own);
  });
});

import { expect } from 'chai';
import { newAbortFlag, SharedAbort, setAbortFlag } from '../../../src/worker/shared-abort.js';

describe('SharedAbort', () => {
  it('is seen without an event-loop turn', () => {
    const flag = newAbortFlag();
    const { signal } = new SharedAbort(flag);
    let heard = 0;
    signal.addEventListener('abort', () => heard++);
    expect(signal.aborted).to.equal(false);
    signal.throwIfAborted();
    setAbortFlag(flag);
    expect(() => signal.throwIfAborted())
      .to.throw()
      .with.property('name', 'AbortError');
    expect(signal.aborted).to.equal(true);
    expect(heard).to.equal(1);
  });
});

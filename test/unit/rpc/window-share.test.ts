import { expect } from 'chai';
import { WindowShare } from '../../../src/rpc/window-share.js';
import { WINDOW_BYTES } from '../../../src/rpc/windows.js';

const MIB = 1_048_576;

describe('the window of a connection among others', () => {
  let changes = 0;
  let share: WindowShare;
  const connections = Array.from({ length: 100 }, (_, id) => ({ id }));
  const begin = (from: number, to: number) => {
    for (const one of connections.slice(from, to)) share.begin(one);
  };
  const end = (from: number, to: number) => {
    for (const one of connections.slice(from, to)) share.end(one);
  };

  beforeEach(() => {
    changes = 0;
    share = new WindowShare({ onChange: () => changes++ });
  });

  it('is whole for two, however many calls they carry, and for all together twice that', () => {
    for (let call = 0; call < 10; call++) begin(0, 2);
    expect(share.window).to.equal(WINDOW_BYTES);
    expect(changes).to.equal(0);
    for (let count = 3; count <= 32; count++) {
      begin(count - 1, count);
      expect(share.window * count, `${count}`).to.be.at.most(2 * WINDOW_BYTES);
      expect(share.window * count, `${count}`).to.be.above(WINDOW_BYTES);
    }
    expect(changes).to.equal(4);
    begin(32, 100);
    expect(share.window).to.equal(MIB);
  });

  it('opens again when others have ended, and not for each call that comes and goes', () => {
    begin(0, 3);
    expect(share.window).to.equal(WINDOW_BYTES / 2);
    for (let call = 0; call < 10; call++) {
      end(2, 3);
      begin(2, 3);
    }
    expect(changes).to.equal(1);
    end(1, 3);
    expect(share.window).to.equal(WINDOW_BYTES);
    expect(changes).to.equal(2);
    end(0, 1);
    begin(0, 100);
    end(0, 100);
    expect(share.window).to.equal(WINDOW_BYTES);
  });
});

import { closeSync, lutimesSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Binding, encodeBinding } from '../../../../../src/catalog/maps/bindings.js';
import {
  agrees,
  agreesEncoded,
  bindingOf,
} from '../../../../../src/endpoint/local/layout/inode-binding.js';
import { setTimesAt } from '../../../../../src/endpoint/local/sys/attributes.js';
import { copyOf, StatView } from '../../../../../src/endpoint/local/sys/stat.js';

const TIMES = [
  0n,
  1n,
  -1n,
  -1_000_000_000n,
  -1_500_000_001n,
  999_999_999n,
  1_764_168_000_123_456_789n,
  (1n << 31n) * 1_000_000_000n,
];

describe('inode bindings as they are encoded', () => {
  let directory = '';
  let fd = -1;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'dm-binding-'));
    fd = openSync(directory, 'r');
  });
  after(() => {
    closeSync(fd);
    rmSync(directory, { recursive: true, force: true });
  });

  function lookAt(mtimeNs: bigint, length: number): StatView {
    writeFileSync(join(directory, 'f'), Buffer.alloc(length));
    setTimesAt(fd, Buffer.from('f'), null, mtimeNs);
    return new StatView().statAt(fd, Buffer.from('f'));
  }

  for (const mtimeNs of TIMES) {
    it(`agree with the inode they were made of, modified at ${mtimeNs} ns`, () => {
      const view = lookAt(mtimeNs, 77);
      const binding = bindingOf(copyOf(view), 3, 9n, null);
      expect(agrees(binding, view), 'decoded').to.equal(true);
      expect(agreesEncoded(encodeBinding(binding), view), 'encoded').to.equal(true);
    });

    it(`differ from an inode with any other field, modified at ${mtimeNs} ns`, () => {
      const view = lookAt(mtimeNs, 77);
      const binding = bindingOf(copyOf(view), 3, 9n, null);
      for (const field of ['ino', 'size', 'btimeNs', 'mtimeNs', 'ctimeNs'] as const) {
        for (const by of [1n, -1n, 512n, -512n, 1_000_000_000n, 1n << 32n, -(1n << 32n)]) {
          if (binding[field] + by < 0n && (field === 'ino' || field === 'size')) continue;
          const other: Binding = { ...binding, [field]: binding[field] + by };
          expect(agreesEncoded(encodeBinding(other), view), `${field} ${by}`).to.equal(false);
        }
      }
    });
  }

  it('never agree where times are beyond what they hold in eight bytes', () => {
    const view = lookAt(0n, 1);
    const binding = { ...bindingOf(copyOf(view), 0, 1n, null), mtimeNs: 1n << 70n };
    expect(agreesEncoded(encodeBinding(binding), view)).to.equal(false);
  });

  it('tell nothing of a racy inode', () => {
    const view = lookAt(5n, 1);
    const binding = bindingOf(copyOf(view), 0, 1n, 0n);
    expect(agreesEncoded(encodeBinding(binding), view)).to.equal(false);
  });

  it('do not look at the size of what is no regular file', () => {
    lutimesSync(directory, 1, 1);
    const view = new StatView().statFd(fd);
    const binding = bindingOf(copyOf(view), 0, 0n, null);
    expect(binding.size).to.equal(0n);
    expect(agreesEncoded(encodeBinding(binding), view)).to.equal(true);
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { DmError } from '../../../src/model/error.js';
import { openSealed, type StateEntry, sealEntries } from '../../../src/state/sealed-dump.js';
import { collect } from '../rpc/peer-pair.js';

const PASSPHRASE = 'correct horse';

async function* from<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

async function seal(entries: readonly StateEntry[]): Promise<Buffer> {
  return Buffer.concat(await collect(sealEntries(from(entries), PASSPHRASE)));
}

async function codeOf(bytes: Buffer, passphrase = PASSPHRASE): Promise<string> {
  try {
    await collect(openSealed(from([bytes]), passphrase));
    return 'opened';
  } catch (error) {
    if (error instanceof DmError) return error.code;
    throw error;
  }
}

describe('a sealed state', function () {
  this.timeout(120_000);
  const entries: StateEntry[] = [
    ['identity/1', { keyPem: 'planted-secret' }],
    ['settings/x', null],
    ['note', 'line\nbreak \u{1f600}'],
    ...Array.from({ length: 3_000 }, (_, at): StateEntry => [`fill/${at}`, 'x'.repeat(200)]),
  ];
  let sealed: Buffer;

  before(async () => {
    sealed = await seal(entries);
  });

  it('opens to what went in, however the bytes come', async () => {
    const pieces = Array.from({ length: Math.ceil(sealed.length / 1_000) }, (_, at) =>
      sealed.subarray(at * 1_000, at * 1_000 + 1_000),
    );
    expect(await collect(openSealed(from(pieces), PASSPHRASE))).to.deep.equal(entries);
    expect(await collect(openSealed(from([await seal([])]), PASSPHRASE))).to.deep.equal([]);
  });

  it('shows nothing without the passphrase', async () => {
    expect(sealed.includes('planted')).to.equal(false);
    expect(await codeOf(sealed, 'correct horsf')).to.equal('encryption_key');
    expect(await codeOf(Buffer.from('something else'))).to.equal('invalid_argument');
    expect(await codeOf(Buffer.alloc(0))).to.equal('invalid_argument');
    const short = await collect(sealEntries(from([]), 'short')).catch(
      (error: DmError) => error.code,
    );
    expect(short).to.equal('invalid_argument');
  });

  it('is refused when any bit is another, or the end is missing', async () => {
    const byte = fc.nat({ max: sealed.length - 1 });
    const property = fc.asyncProperty(byte, fc.nat({ max: 7 }), async (at, bit) => {
      const bad = Buffer.from(sealed);
      bad.writeUInt8(bad.readUInt8(at) ^ (1 << bit), at);
      expect(await codeOf(bad)).to.be.oneOf(['corrupt', 'encryption_key', 'invalid_argument']);
    });
    await fc.assert(property, { numRuns: 5 });
    expect(await codeOf(sealed.subarray(0, -1))).to.equal('corrupt');
    expect(await codeOf(Buffer.concat([sealed, Buffer.from('x')]))).to.equal('corrupt');
  });

  it('is refused when whole pieces are left out or change places', async () => {
    const [header, first, second, last] = await collect(sealEntries(from(entries), PASSPHRASE));
    if (!header || !first || !second || !last) throw new Error('fewer pieces than expected');
    for (const order of [
      [header, second, first, last],
      [header, first, last],
      [header, first, second],
    ]) {
      expect(await codeOf(Buffer.concat(order))).to.be.oneOf(['corrupt', 'encryption_key']);
    }
  });
});

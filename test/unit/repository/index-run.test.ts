import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { expect } from 'chai';
import { parsePackId } from '../../../src/catalog/page-store.js';
import type { DmError } from '../../../src/model/error.js';
import { IndexRunReader } from '../../../src/repository/index-run-reader.js';
import { checkIndexRun, IndexRunWriter } from '../../../src/repository/index-run-writer.js';
import { parseRepositoryId } from '../../../src/repository/repository-id.js';
import { RepositoryKeys } from '../../../src/repository/repository-keys.js';
import { TempDirectory } from '../../support/temp-directory.js';

const ID = parsePackId('2'.repeat(32));
const PACK = parsePackId('1'.repeat(32));
const KEYS = new RepositoryKeys(parseRepositoryId('0'.repeat(32)), null);

/** Ascending digests, many of which share their first four bytes. */
function digests(count: number): Buffer[] {
  const made = Array.from({ length: count }, (_, i) => {
    const digest = createHash('sha256').update(`${i}`).digest();
    if (i % 3 === 0) digest.fill(0x55, 0, 4);
    return digest;
  });
  return made.sort(Buffer.compare);
}

function location(i: number) {
  const frame = { frameStart: 40 + i, frameLength: 80 + 2 * i };
  return { pack: PACK, offset: 32 + i, length: 10 + i, rawLength: 20 + i, ...frame };
}

function write(path: string, entries: readonly Buffer[]): void {
  using writer = new IndexRunWriter({ path, id: ID }, { keys: KEYS });
  for (const [i, digest] of entries.entries()) writer.add(digest, location(i));
  writer.finish();
}

describe('object repository: index runs', () => {
  it('finds every entry and nothing else', () => {
    using directory = new TempDirectory();
    const path = directory.join('run');
    const known = digests(5000);
    write(path, known);
    checkIndexRun(path, ID, KEYS);
    using reader = IndexRunReader.open(path, ID);
    expect(reader.count).to.equal(5000);
    for (const [i, digest] of known.entries()) {
      expect(reader.find(digest), `entry ${i}`).to.deep.equal(location(i));
    }
    for (let i = 0; i < 1000; i++) {
      const digest = createHash('sha256').update(`other ${i}`).digest();
      if (i % 2 === 0) digest.fill(0x55, 0, 4);
      expect(reader.find(digest)).to.equal(null);
    }
    expect(reader.find(Buffer.alloc(32))).to.equal(null);
    expect(reader.find(Buffer.alloc(32, 0xff))).to.equal(null);
    const read = [...reader.entries()].map((entry) => entry.location);
    expect(read).to.deep.equal(known.map((_, i) => location(i)));
  });

  it('is the bytes that the format says', () => {
    using directory = new TempDirectory();
    const path = directory.join('run');
    write(path, [Buffer.alloc(32, 0xaa)]);
    expect(readFileSync(path).toString('hex')).to.equal(
      `444d494e4445580a0000000100000000${'22'.repeat(16)}${'aa'.repeat(32)}${'11'.repeat(16)}` +
        '000000200000000a000000140000002800000050' +
        '66c90a4895f97edc8d39ef92301bcede055ac47c0c0385ee4b40026573e57315',
    );
  });

  it('finds every flipped bit', () => {
    using directory = new TempDirectory();
    const path = directory.join('run');
    write(path, digests(3));
    const whole = readFileSync(path);
    const fd = openSync(path, 'r+');
    for (const [at, byte] of whole.entries()) {
      for (let bit = 0; bit < 8; bit++) {
        writeSync(fd, Buffer.of(byte ^ (1 << bit)), 0, 1, at);
        const code = codeOf(() => checkIndexRun(path, ID, KEYS));
        expect(code, `bit ${bit} of byte ${at}`).to.equal('corrupt');
      }
      writeSync(fd, Buffer.of(byte), 0, 1, at);
    }
    closeSync(fd);
    expect(() => checkIndexRun(path, ID, KEYS)).not.to.throw();
    writeFileSync(path, whole.subarray(0, -1));
    expect(codeOf(() => checkIndexRun(path, ID, KEYS))).to.equal('corrupt');
  });
});

function codeOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    return (error as DmError).code;
  }
  return 'nothing thrown';
}

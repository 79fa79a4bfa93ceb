import { memoryUsage } from 'node:process';
import { expect } from 'chai';
import { releaseMemory } from '../../../../../src/endpoint/local/sys/release-memory.js';

const MIB = 1_048_576;
const ENDS = 131_072;

describe('giving memory back', () => {
  it('lets go of all of it but for its ends, and leaves it to be used again', () => {
    const memory = new SharedArrayBuffer(64 * MIB);
    const bytes = new Uint8Array(memory).fill(1);
    const before = memoryUsage.rss();
    releaseMemory(memory);
    expect(before - memoryUsage.rss()).to.be.within(60 * MIB, 68 * MIB);
    let left = 0;
    for (let at = 0; at < bytes.length; at += 4_096) left += bytes[at] ?? 0;
    expect(left * 4_096).to.be.at.most(ENDS);
    bytes.fill(2);
    expect(bytes[MIB]).to.equal(2);
  });

  it('leaves what is too small alone', () => {
    const memory = new SharedArrayBuffer(10_000);
    const bytes = new Uint8Array(memory).fill(1);
    releaseMemory(memory);
    expect(bytes.every((byte) => byte === 1)).to.equal(true);
  });
});

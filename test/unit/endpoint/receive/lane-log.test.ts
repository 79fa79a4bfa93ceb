import { closeSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type LaneEvent, LaneLog, readLaneLog } from '../../../../src/endpoint/receive/lane-log.js';
import { parseGfid } from '../../../../src/model/ids.js';

const MEBIBYTE = 1_048_576;

function needs(from: number, count: number): LaneEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'need',
    gfid: parseGfid(BigInt(from + index)),
  }));
}

describe('the log of a lane', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lane-log-'));
    path = join(directory, 'log');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = (events: readonly LaneEvent[], length = 0) => {
    using log = new LaneLog(path, length);
    for (const event of events) log.add(event);
    log.flush();
  };
  const read = (limit?: number) => [...readLaneLog(path, limit)].map(({ event }) => event);

  it('has no events when there is none', () => {
    expect(read()).to.deep.equal([]);
  });

  it('is read in pieces, whatever the piece an event ends in', () => {
    // Of a length that no piece is a multiple of.
    const text = 'x'.repeat(997);
    const events = needs(1, 6_000).flatMap((event): LaneEvent[] => [
      event,
      { kind: 'failed', gfid: parseGfid(7n), code: 'io_error', message: text },
    ]);
    write(events);
    expect(statSync(path).size).to.be.greaterThan(5 * MEBIBYTE);
    expect(read()).to.deep.equal(events);
  });

  it('ends with the last whole event, of the file and below the limit', () => {
    write(needs(1, 3));
    const { size } = statSync(path);
    expect(read(size - 1)).to.deep.equal(needs(1, 2));
    expect(read(size + 1_000)).to.deep.equal(needs(1, 3));
    write([], size - 1);
    expect(read()).to.deep.equal(needs(1, 2));
  });

  it('shows what was written since the piece before was read', () => {
    write(needs(1, 1));
    const reading = readLaneLog(path);
    expect(reading.next().value?.event).to.deep.equal(needs(1, 1)[0]);
    write(needs(2, 1), statSync(path).size);
    expect([...reading].map(({ event }) => event)).to.deep.equal(needs(2, 1));
  });

  it('takes nothing once it is closed, and closes nothing twice', () => {
    const log = new LaneLog(path, 0);
    for (const event of needs(1, 1)) log.add(event);
    log[Symbol.dispose]();
    // It gets the number that was the log's.
    const other = join(directory, 'other');
    const fd = openSync(other, 'w');
    try {
      expect(() => log.flush()).to.throw('is closed');
      expect(() => log.add({ kind: 'kept' })).to.throw('is closed');
      log[Symbol.dispose]();
      expect(statSync(other).size).to.equal(0);
    } finally {
      closeSync(fd);
    }
  });

  it('takes no more memory than it is long', () => {
    write(needs(1, 3));
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 20; count++) read();
    expect(process.memoryUsage().arrayBuffers - before).to.be.lessThan(MEBIBYTE);
  });
});

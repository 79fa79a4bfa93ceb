import { expect } from 'chai';
import { LaneDurability } from '../../../../../src/endpoint/local/receive/lane-durability.js';

const GIB = 1024 ** 3;

/** A sync that ends when the test says so. */
class Disk {
  now = 0;
  syncs = 0;
  readonly saved: [number, number][][] = [];
  #end: ((error: Error | null) => void) | null = null;
  readonly lanes = new LaneDurability({
    sync: () => {
      this.syncs++;
      return new Promise((resolve, reject) => {
        this.#end = (error) => (error === null ? resolve() : reject(error));
      });
    },
    save: (logs) => this.saved.push([...logs]),
    now: () => this.now,
  });

  applied(lane: number, log: number, bytes = 1): string | null {
    const token = Buffer.from(`${lane}/${log}`);
    const durable = this.lanes.applied(lane, { token, log }, bytes);
    return durable === null ? null : Buffer.from(durable).toString();
  }

  async end(error: Error | null = null): Promise<void> {
    this.#end?.(error);
    await this.lanes.settled();
  }
}

describe('durability of lanes', () => {
  it('syncs once for all lanes, and tells each how far it was when the sync began', async () => {
    const disk = new Disk();
    expect(disk.applied(0, 10)).to.equal(null);
    expect(disk.applied(1, 20, GIB)).to.equal(null);
    expect(disk.applied(0, 30, 2 * GIB)).to.equal(null);
    expect(disk.syncs).to.equal(1);
    expect(disk.saved).to.deep.equal([]);
    await disk.end();
    expect(disk.saved).to.deep.equal([
      [
        [0, 10],
        [1, 20],
      ],
    ]);
    expect(disk.applied(0, 40)).to.equal('0/10');
    expect(disk.applied(1, 50)).to.equal('1/20');
    expect(disk.applied(1, 60)).to.equal(null);
  });

  it('syncs after ten seconds, however little has come', async () => {
    const disk = new Disk();
    disk.now = 9_999;
    disk.applied(0, 1);
    expect(disk.syncs).to.equal(0);
    disk.now = 10_000;
    disk.applied(0, 2);
    expect(disk.syncs).to.equal(1);
    disk.now = 15_000;
    await disk.end();
    disk.now = 24_999;
    disk.applied(0, 3);
    expect(disk.syncs).to.equal(1);
    disk.now = 25_000;
    disk.applied(0, 4);
    expect(disk.syncs).to.equal(2);
    await disk.end();
  });

  it('tells of a sync that has failed, and counts nothing as durable', async () => {
    const disk = new Disk();
    disk.applied(0, 1, GIB);
    await disk.end(new Error('EIO'));
    expect(disk.saved).to.deep.equal([]);
    expect(() => disk.applied(0, 2)).to.throw('EIO');
    expect(() => disk.lanes.requireSynced()).to.throw('EIO');
  });
});

import { expect } from 'chai';
import { BandwidthPacing } from '../../../src/rpc/pacing/bandwidth-pacing.js';
import { PacedTraffic } from './paced-traffic.js';

const RATE = 2_000_000;

describe('bandwidth rules', function () {
  // What else the machine does may take a second from a measurement, hardly from three.
  this.retries(2);

  for (const [direction, side] of [
    ['push', 'client'],
    ['pull', 'client'],
    ['push', 'server'],
    ['pull', 'server'],
  ] as const) {
    it(`hold a ${direction} of four jobs together to their rate, by the rules of the ${side}`, async () => {
      await using traffic = await PacedTraffic.start({ direction, side, bytesPerSecond: RATE });
      await traffic.run(1_500);
      const { lowest, highest } = traffic.rates(900, 1_100);
      expect(lowest).to.be.greaterThan(0.85 * RATE);
      expect(highest).to.be.lessThan(1.15 * RATE);
    });
  }

  it('change what is under way within two seconds, both ways', async () => {
    for (const direction of ['push', 'pull'] as const) {
      await using traffic = await PacedTraffic.start({
        direction,
        side: 'client',
        bytesPerSecond: null,
      });
      await traffic.run(300);
      traffic.limit(RATE);
      await traffic.run(1_500);
      const slow = traffic.rates(700, 900);
      expect(slow.highest, direction).to.be.lessThan(1.4 * RATE);
      traffic.limit(10 * RATE);
      await traffic.run(1_500);
      const fast = traffic.rates(700, 900);
      expect(fast.lowest, direction).to.be.greaterThan(7 * RATE);
      expect(fast.highest, direction).to.be.lessThan(14 * RATE);
    }
  }).timeout(20_000);

  describe('are chosen by network and time', () => {
    let wall = new Date('2026-03-04T12:00:00').getTime();
    let now = 0;
    const pacing = new BandwidthPacing({ wall: () => wall, now: () => now });
    pacing.setRules([
      { id: 1, netmask: '0.0.0.0/0', bwLimit: 1_000_000, window: '' },
      { id: 2, netmask: '10.1.0.0/16', bwLimit: 2_000_000, window: '' },
      { id: 3, netmask: '10.1.2.0/24', bwLimit: 3_000_000, window: 'mon-fri 22:00-06:00' },
      { id: 4, netmask: '10.1.0.0/16', bwLimit: 4_000_000, window: '' },
      { id: 5, netmask: '2001:db8::/32', bwLimit: 5_000_000, window: '' },
    ]);

    it('the narrowest wins, of equals the slower', () => {
      expect(pacing.pace('192.0.2.1').rate()).to.equal(1_000_000);
      expect(pacing.pace('10.1.2.3').rate()).to.equal(2_000_000);
      expect(pacing.pace('::ffff:10.1.9.9').rate()).to.equal(2_000_000);
      expect(pacing.pace('2001:db8::1').rate()).to.equal(5_000_000);
      expect(pacing.pace('2001:db9::1').rate()).to.equal(null);
    });

    it('windows open and close, over midnight too', async () => {
      const pace = pacing.pace('10.1.2.3');
      let turns = 0;
      const forget = pacing.onChange(() => turns++);
      for (const [time, rate] of [
        ['2026-03-04T21:59:59', 2_000_000],
        ['2026-03-04T22:00:00', 3_000_000],
        ['2026-03-05T05:59:59', 3_000_000],
        ['2026-03-05T06:00:00', 2_000_000],
        ['2026-03-07T05:00:00', 3_000_000],
        ['2026-03-07T23:00:00', 2_000_000],
        ['2026-03-09T05:00:00', 2_000_000],
      ] as const) {
        wall = new Date(time).getTime();
        now += 1_001;
        expect(pace.rate(), time).to.equal(rate);
      }
      // Connections are told, for what may be under way on them is another now.
      await Promise.resolve();
      expect(turns).to.equal(4);
      forget();
    });
  });
});

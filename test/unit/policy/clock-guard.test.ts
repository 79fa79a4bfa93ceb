import { expect } from 'chai';
import { expireDatasets } from '../../../src/endpoint/dataset-expirer.js';
import { ClockGuard } from '../../../src/policy/clock-guard.js';
import { StateDatabase } from '../../../src/state/database.js';
import { sampleDataset } from '../../support/datasets.js';
import { SetClock } from '../../support/set-clock.js';
import { TempDirectory } from '../../support/temp-directory.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.parse('2026-03-01T00:00:00Z');

describe('the clock that datasets expire by', () => {
  let directory: TempDirectory;
  let database: StateDatabase;
  let clock: SetClock;
  let uptimeMs = 0;
  let bootId = 'first';
  let found: string[] = [];

  beforeEach(async () => {
    directory = new TempDirectory();
    database = await StateDatabase.open(directory.join('db'));
    clock = new SetClock(START);
    uptimeMs = 1_000;
    bootId = 'first';
    found = [];
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const open = () =>
    ClockGuard.open({
      ...{ database, clock, uptime: () => uptimeMs, bootId },
      onSuspect: ({ kind }) => found.push(kind),
      onError: (error) => {
        throw error;
      },
    });
  /** Sets the clock without time passing. */
  const jump = (ms: number) => clock.set(new Date(clock.now() + ms).toISOString());
  const pass = (ms: number) => {
    uptimeMs += ms;
    jump(ms);
  };
  const trusted = (guard: ClockGuard) =>
    guard.trustedNow().then(
      () => 'trusted',
      (error: { code: string }) => error.code,
    );

  it('is trusted while time passes, however much of it, over restarts of the agent too', async () => {
    for (const days of [0.1, 3, 200]) {
      await using guard = await open();
      pass(days * DAY_MS);
      expect(await guard.trustedNow()).to.equal(clock.now());
    }
    await using guard = await open();
    jump(23 * HOUR_MS);
    expect(await trusted(guard)).to.equal('trusted');
    jump(-1_000);
    expect(await trusted(guard)).to.equal('trusted');
    expect(found).to.deep.equal([]);
  });

  for (const [what, ms, kind] of [
    ['ten years ahead', 3_650 * DAY_MS, 'ahead'],
    ['25 hours ahead', 25 * HOUR_MS, 'ahead'],
    ['a day back', -DAY_MS, 'back'],
    ['an hour back', -HOUR_MS, 'back'],
  ] as const) {
    it(`is not when it is ${what}, until that is accepted`, async () => {
      {
        await using guard = await open();
        jump(ms);
        expect(await trusted(guard)).to.equal('clock_suspect');
        jump(-ms);
        pass(HOUR_MS);
        expect(await trusted(guard)).to.equal('clock_suspect');
      }
      await using guard = await open();
      expect(guard.suspicion?.kind).to.equal(kind);
      await guard.accept();
      pass(HOUR_MS);
      expect(await trusted(guard)).to.equal('trusted');
      expect(found).to.deep.equal([kind]);
    });
  }

  it('is not when it jumped while the agent or the host was down', async () => {
    await (await open())[Symbol.asyncDispose]();
    jump(2 * DAY_MS);
    await using guard = await open();
    expect(await trusted(guard)).to.equal('clock_suspect');
    await guard.accept();
    await guard[Symbol.asyncDispose]();
    bootId = 'second';
    uptimeMs = 0;
    jump(20 * HOUR_MS);
    await using again = await open();
    expect(await trusted(again)).to.equal('trusted');
    await again[Symbol.asyncDispose]();
    bootId = 'third';
    jump(25 * HOUR_MS);
    await using off = await open();
    expect(await trusted(off)).to.equal('clock_suspect');
  });

  it('dates what is made while it was set back by what it should say, over a restart too', async () => {
    {
      await using guard = await open();
      pass(HOUR_MS);
      expect(guard.datingNow()).to.equal(clock.now());
      jump(-DAY_MS);
      // Before anybody has looked, and after.
      expect(guard.datingNow()).to.equal(START + HOUR_MS);
      expect(await trusted(guard)).to.equal('clock_suspect');
      pass(HOUR_MS);
      expect(guard.datingNow()).to.equal(START + 2 * HOUR_MS);
    }
    await using guard = await open();
    pass(HOUR_MS);
    expect(guard.datingNow()).to.equal(START + 3 * HOUR_MS);
    jump(DAY_MS);
    expect(guard.datingNow()).to.equal(clock.now());
    jump(-DAY_MS);
    await guard.accept();
    expect(guard.datingNow()).to.equal(clock.now());
  });

  it('dates by a clock that is ahead: the host may have been off', async () => {
    await using guard = await open();
    jump(30 * DAY_MS);
    expect(await trusted(guard)).to.equal('clock_suspect');
    expect(guard.datingNow()).to.equal(clock.now());
  });

  it('notices a jump by itself', async () => {
    await using guard = await open();
    await clock.asleep();
    jump(-DAY_MS);
    clock.wakeAll();
    await clock.asleep();
    expect(guard.suspicion?.kind).to.equal('back');
  });

  it('removes nothing when it jumps before an expiry, or while one lists and deletes', async () => {
    const datasets = [1, 2, 3].map((number) =>
      sampleDataset(number, { expiresAtMs: number === 1 ? START - 1 : START + DAY_MS }),
    );
    for (const when of ['before', 'listing', 'deleting'] as const) {
      clock = new SetClock(START);
      uptimeMs = 1_000;
      await database.write([{ delete: 'meta/clock' }]);
      await using guard = await open();
      const removed: number[] = [];
      const jumpAt = (moment: string) => {
        if (moment === when) jump(3_650 * DAY_MS);
      };
      jumpAt('before');
      const expiry = expireDatasets(
        {
          async *list() {
            jumpAt('listing');
            yield* datasets;
          },
          lockedBy: async () => [],
          remove: async ({ number }) => {
            jumpAt('deleting');
            removed.push(number);
            return 0;
          },
          now: () => guard.trustedNow(),
        },
        () => undefined,
        new AbortController().signal,
      );
      const code = await expiry.then(
        () => null,
        (error: { code: string }) => error.code,
      );
      expect(code).to.equal(when === 'before' ? 'clock_suspect' : null);
      expect(removed, when).to.deep.equal(when === 'before' ? [] : [1]);
    }
  });
});

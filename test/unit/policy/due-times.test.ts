import { expect } from 'chai';
import { NO_SCHEDULE, type Schedule } from '../../../src/model/schedule.js';
import { DueTimes } from '../../../src/policy/schedule/due-times.js';
import { TimeZone } from '../../../src/policy/schedule/wall-time.js';

function due(schedule: Partial<Schedule>, zone = 'UTC'): DueTimes {
  return new DueTimes({ ...NO_SCHEDULE, ...schedule }, new TimeZone(schedule.timeZone ?? zone));
}

/** The first `count` moments after `after`, in UTC. */
function following(schedule: Partial<Schedule>, after: string, count: number, zone = 'UTC') {
  const times = due(schedule, zone);
  const found: string[] = [];
  let at: number | null = Date.parse(after);
  while (found.length < count) {
    at = times.next(at);
    if (at === null) break;
    found.push(new Date(at).toISOString().slice(0, 19));
  }
  return found;
}

describe('when a schedule is due', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['0 * * * *', '2026-01-01T10:20:00Z', ['2026-01-01T11:00:00', '2026-01-01T12:00:00']],
    ['*/15 9-10 * * *', '2026-01-01T10:40:00Z', ['2026-01-01T10:45:00', '2026-01-02T09:00:00']],
    ['30 0 3 * * *', '2026-01-01T00:00:00Z', ['2026-01-01T03:00:30', '2026-01-02T03:00:30']],
    ['0 0 0 1 1 * 2030', '2026-01-01T00:00:00Z', ['2030-01-01T00:00:00']],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00', '2032-02-29T00:00:00']],
    ['0 0 13 * FRI', '2026-02-11T00:00:00Z', ['2026-02-13T00:00:00', '2026-02-20T00:00:00']],
    ['0 0 * * 7', '2026-01-01T00:00:00Z', ['2026-01-04T00:00:00', '2026-01-11T00:00:00']],
    ['0 0 * * 0', '2026-01-01T00:00:00Z', ['2026-01-04T00:00:00', '2026-01-11T00:00:00']],
    ['0 0 * jan,dec 5-7', '2026-01-10T00:00:00Z', ['2026-01-11T00:00:00', '2026-01-16T00:00:00']],
    ['5/20 * * * *', '2026-01-01T00:00:00Z', ['2026-01-01T00:05:00', '2026-01-01T00:25:00']],
  ];
  for (const [cron, after, moments] of cases) {
    it(`${cron} after ${after}`, () => {
      expect(following({ recurrence: [cron] }, after, moments.length)).to.deep.equal(moments);
    });
  }

  it('runs an hour that daylight saving skips once, after it', () => {
    const berlin = (cron: string) =>
      following({ recurrence: [cron] }, '2026-03-28T12:00:00Z', 2, 'Europe/Berlin');
    expect(berlin('30 2 * * *')).to.deep.equal(['2026-03-29T01:00:00', '2026-03-30T00:30:00']);
    expect(berlin('*/10 2 29 3 *')[0]).to.equal('2026-03-29T01:00:00');
    expect(berlin('*/10 2 29 3 *')[1]).to.match(/^2027/);
  });

  it('runs an hourly recurrence once an hour over the skipped hour', () => {
    expect(
      following({ recurrence: ['0 * * * *'] }, '2026-03-29T00:00:00Z', 2, 'Europe/Berlin'),
    ).to.deep.equal(['2026-03-29T01:00:00', '2026-03-29T02:00:00']);
  });

  it('runs a doubled hour once', () => {
    expect(
      following({ recurrence: ['30 2 * * *'] }, '2026-10-24T12:00:00Z', 2, 'Europe/Berlin'),
    ).to.deep.equal(['2026-10-25T00:30:00', '2026-10-26T01:30:00']);
    expect(
      following({ recurrence: ['0 * * * *'] }, '2026-10-24T23:00:00Z', 3, 'Europe/Berlin'),
    ).to.deep.equal(['2026-10-25T00:00:00', '2026-10-25T02:00:00', '2026-10-25T03:00:00']);
  });

  it('keeps to the half hour of Lord Howe and the quarter of Nepal', () => {
    expect(
      following({ recurrence: ['15 2 * * *'] }, '2026-10-03T12:00:00Z', 1, 'Australia/Lord_Howe'),
    ).to.deep.equal(['2026-10-03T15:30:00']);
    expect(
      following(
        { recurrence: ['0 12 * * *'], timeZone: 'Asia/Kathmandu' },
        '2026-01-01T00:00:00Z',
        1,
      ),
    ).to.deep.equal(['2026-01-01T06:15:00']);
  });

  it('takes the earliest of several recurrences and dates', () => {
    const schedule = {
      recurrence: ['0 6 * * *', '0 18 * * *'],
      dateTimes: ['2026-01-01 07:00:00', '2020-01-01 00:00:00'],
    };
    expect(following(schedule, '2026-01-01T00:00:00Z', 3)).to.deep.equal([
      '2026-01-01T06:00:00',
      '2026-01-01T07:00:00',
      '2026-01-01T18:00:00',
    ]);
  });

  it('is due once with a start time alone, a past one too', () => {
    const times = due({ startTime: '2022-10-12 12:00:00' });
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(times.first(now)).to.equal(Date.parse('2022-10-12T12:00:00Z'));
    expect(times.next(now)).to.equal(null);
  });

  it('is due at its dates whatever the start time, and at the start time whatever the dates', () => {
    const schedule = {
      startTime: '2026-01-05 00:00:00',
      dateTimes: ['2026-01-02 00:00:00', '2026-01-09 00:00:00'],
    };
    expect(following(schedule, '2026-01-01T00:00:00Z', 4)).to.deep.equal([
      '2026-01-02T00:00:00',
      '2026-01-05T00:00:00',
      '2026-01-09T00:00:00',
    ]);
  });

  it('begins a recurrence at the start time or now, whichever is later', () => {
    const recurrence = ['0 * * * *'];
    const now = Date.parse('2026-01-01T00:10:00Z');
    const first = (startTime: string) => new Date(due({ recurrence, startTime }).first(now) ?? 0);
    expect(first('2022-10-12 12:00:00').toISOString()).to.equal('2026-01-01T01:00:00.000Z');
    expect(first('2026-05-01 10:00:00').toISOString()).to.equal('2026-05-01T10:00:00.000Z');
    expect(first('2026-05-01T10:00:01+02:00').toISOString()).to.equal('2026-05-01T09:00:00.000Z');
  });

  it('is never due without times', () => {
    expect(due({}).first(0)).to.equal(null);
  });

  const wrong: readonly (readonly [Partial<Schedule>, RegExp])[] = [
    [{ recurrence: ['* * * *'] }, /has 4 fields/],
    [{ recurrence: ['60 * * * *'] }, /"60" as minute/],
    [{ recurrence: ['* 5-3 * * *'] }, /"5-3" as hour/],
    [{ recurrence: ['*/0 * * * *'] }, /"\*\/0" as minute/],
    [{ recurrence: ['* * L * *'] }, /"L" as day of month/],
    [{ recurrence: ['0 0 30 2 *'] }, /never comes/],
    [{ timeZone: 'Mars/Base' }, /time zone "Mars\/Base" is not known/],
    [{ startTime: '2026-02-30 10:00:00' }, /--start-time "2026-02-30 10:00:00"/],
    [{ startTime: '1999-01-01 10:00:00' }, /2001 to 2099/],
    [{ dateTimes: ['tomorrow'] }, /--date-times "tomorrow"/],
  ];
  for (const [schedule, message] of wrong) {
    it(`refuses ${JSON.stringify(schedule)}`, () => {
      expect(() => due(schedule)).to.throw(message);
    });
  }
});

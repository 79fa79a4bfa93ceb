import { expect } from 'chai';
import { protectionChain } from '../../../src/cli/protect/chain.js';
import { cronOfEvery } from '../../../src/cli/protect/every.js';
import { DmError } from '../../../src/model/error.js';

describe('dm protect', () => {
  it('turns what divides an hour or a day into a schedule, and refuses the rest', () => {
    const cases = {
      '1m': '*/1 * * * *',
      '15m': '*/15 * * * *',
      '60min': '0 * * * *',
      '1h': '0 * * * *',
      '6h': '0 */6 * * *',
      '120m': '0 */2 * * *',
      '24h': '0 0 * * *',
      '1d': '0 0 * * *',
    };
    for (const [every, cron] of Object.entries(cases)) expect(cronOfEvery(every)).to.equal(cron);
    for (const every of [
      '7m',
      '45m',
      '90m',
      '5h',
      '48h',
      '2d',
      '0h',
      '1',
      'h',
      '-1h',
      '1.5h',
      '',
    ]) {
      expect(() => cronOfEvery(every), every).to.throw(DmError, /must divide/);
    }
  });

  it('keeps as many datasets at both places, and copies each one on', () => {
    const chain = protectionChain({
      name: 'projects',
      path: '/srv/a',
      account: 'beta',
      accountIsObject: false,
      targetPath: '/srv/b',
      recurrence: '0 * * * *',
      keep: 24,
      reverse: true,
    });
    expect(chain.map(({ name, type }) => [name, type])).to.deep.equal([
      ['projects-make', 'CREATION'],
      ['projects-copy', 'REPEAT_COPY'],
      ['projects-expire', 'EXPIRATION'],
    ]);
    expect(chain.map((policy) => policy['parent-exec-policy-id'])).to.deep.equal([
      undefined,
      'projects-make',
      'projects-make',
    ]);
    expect(chain[1]).to.include({
      'repeat-copy-reconnect': true,
      'repeat-copy-base-dataset-reserve': 24,
    });
  });
});

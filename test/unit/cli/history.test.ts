import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  HISTORY_SIZE,
  historyPath,
  loadHistory,
  saveHistory,
} from '../../../src/cli/browse/history.js';

describe('browse: history', () => {
  let home = '';
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'dm-history-'));
  });
  after(() => rmSync(home, { recursive: true }));

  it('lies in the state directory of the user, if there is one', () => {
    expect(historyPath({ XDG_STATE_HOME: '/s', HOME: '/h' })).to.equal('/s/dm/browse_history');
    expect(historyPath({ HOME: '/h' })).to.equal('/h/.local/state/dm/browse_history');
    expect(historyPath({})).to.equal(null);
  });

  it('comes back newest first, bounded, readable by its owner only', () => {
    const path = join(home, 'deep/dm/browse_history');
    expect(loadHistory(path)).to.deep.equal([]);
    const lines = Array.from({ length: HISTORY_SIZE + 5 }, (_, at) => `ls ${at}`);
    saveHistory(path, lines);
    expect(loadHistory(path)).to.deep.equal(lines.slice(0, HISTORY_SIZE));
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(statSync(join(home, 'deep/dm')).mode & 0o777).to.equal(0o700);
  });
});

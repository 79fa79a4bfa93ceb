import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { CopyPair, mustRun, runPolicy } from '../support/e2e-policies.js';
import { makePlainTree, noise } from '../support/e2e-trees.js';
import { withFilesystem } from '../support/filesystems.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;

describe('a replica that was made by rsync', function () {
  this.timeout(120_000);
  // Datasets of XFS have no digests until somebody has read them.
  const xfs = withFilesystem('xfs', 512);

  for (const [direction, from, to] of [
    ['push', 'here', 'there'],
    ['pull', 'there', 'here'],
  ] as const) {
    it(`is adopted by a ${direction}: only what differs is sent, then and later`, async () => {
      await using agents = await TestAgents.open({
        agents: [{ name: 'here' }, { name: 'there' }],
        data: xfs().path,
      });
      const here = agents.agent('here');
      const data = agents.root(from, 'data');
      const copy = agents.root(to, 'copy');
      mkdirSync(data);
      makePlainTree(data);
      writeFileSync(join(data, 'big'), noise(8 * MIB, 5));
      execFileSync('rsync', ['-aHAX', `${data}/`, `${copy}/`]);
      writeFileSync(join(copy, 'docs', 'file-2'), 'not as it was');
      const account = (name: string) => (name === 'here' ? 'local' : name);
      const pair = await CopyPair.create(
        here,
        { account: account(from), path: data },
        { account: account(to), path: copy },
      );
      await mustRun(here, pair.creation);
      const refused = await runPolicy(here, pair.copy);
      expect(refused.job?.error_code).to.equal('target_not_empty');
      const adopted = await mustRun(here, pair.copy, '--adopt');
      expect(adopted.statistics.bytes_sent).to.be.lessThan(2 * MIB);
      expect(adopted.statistics.full_copies).to.be.within(1, 3);
      expect(differences(data, copy, { holes: false })).to.deep.equal([]);
      writeFileSync(join(data, 'docs', 'new'), 'new');
      const next = await pair.sync();
      expect(next.type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
      expect(next.statistics.bytes_sent).to.be.lessThan(65_536);
      expect(differences(data, copy, { holes: false })).to.deep.equal([]);
    });
  }
});

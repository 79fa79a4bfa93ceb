import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun } from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';

const MIB = 1_048_576;

interface Row {
  readonly id: number;
  readonly unique_bytes: number | null;
}

describe('what a dataset takes alone', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  before(async () => {
    agents = await TestAgents.open({ agents: [{ name: 'here', certified: false }] });
  });
  after(() => agents?.[Symbol.asyncDispose]());

  it('is told with the list, and is what its deletion frees', async () => {
    const here = agents.agent('here');
    const data = agents.root('here', 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'same'), noise(4 * MIB, 1));
    const policy = await createPolicy(here, 'CREATION', creation('local', data));
    for (const version of [1, 2, 3]) {
      writeFileSync(join(data, 'changing'), noise(version * MIB, version + 1));
      await mustRun(here, policy);
    }
    let rows: Row[] = [];
    const read = async (): Promise<boolean> => {
      rows = await dmJson<Row[]>(here, 'datasets', 'list');
      return rows.length === 3 && rows.every(({ unique_bytes: bytes }) => bytes !== null);
    };
    await until('all are measured', read);
    const of = (id: number) => rows.find((row) => row.id === id)?.unique_bytes ?? -1;
    expect(of(1)).to.be.within(MIB, 1.1 * MIB);
    expect(of(2)).to.be.within(2 * MIB, 2.1 * MIB);
    expect(await dmJson<Row>(here, 'datasets', 'view', '2')).to.have.property(
      'unique_bytes',
      of(2),
    );
    // What several have none has alone.
    writeFileSync(join(data, 'new'), noise(3 * MIB, 9));
    await mustRun(here, policy);
    await mustRun(here, policy);
    await until('they are measured', async () => {
      rows = await dmJson<Row[]>(here, 'datasets', 'list');
      return rows.length === 5 && rows.every(({ unique_bytes: bytes }) => bytes !== null);
    });
    expect(of(4)).to.equal(0);
    expect(of(5)).to.equal(0);
    expect(of(3)).to.equal(0);
    await here.ok('datasets', 'delete', '4');
    await until('what only the fifth has now is told', async () => {
      rows = await dmJson<Row[]>(here, 'datasets', 'list');
      return of(5) >= 3 * MIB;
    });
  });
});

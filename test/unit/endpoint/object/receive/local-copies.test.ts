import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { errorOf, PruneFixture } from '../prune/prune-fixture.js';

describe('local copies of a repository', function () {
  this.timeout(60_000);
  let fixture: PruneFixture;

  beforeEach(async () => {
    fixture = new PruneFixture();
    fixture.copy.sh('for i in $(seq 50); do head -c 3000 /dev/urandom > $i; done');
    await fixture.backUp();
    fixture.copy.sh('echo more > more');
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  /** Paths of the copies here. */
  async function copies(kind: 'pages' | 'index'): Promise<string[]> {
    const { format } = await fixture.open(await fixture.openStore());
    const folder = join(fixture.workPath, format.repository, kind);
    return readdirSync(folder).map((name) => join(folder, name));
  }

  for (const kind of ['pages', 'index'] as const) {
    it(`${kind}: those that a power loss has emptied are fetched again`, async () => {
      const emptied = await copies(kind);
      const sizes = emptied.map((path) => statSync(path).size);
      for (const path of emptied) truncateSync(path);
      await fixture.backUp();
      expect(emptied.map((path) => statSync(path).size)).to.deep.equal(sizes);
      expect(await fixture.expectWhole()).to.equal(2);
    });
  }

  it('pages: a damaged one fails one backup, and is fetched again by the next', async () => {
    const damaged = await copies('pages');
    for (const path of damaged) writeFileSync(path, readFileSync(path).fill(0, 32));
    const dataset = await fixture.copy.capture();
    const fail = () => errorOf(fixture.backUp(dataset));
    for (const _ of damaged) expect((await fail()).code).to.equal('corrupt');
    await fixture.backUp(dataset);
    expect(await fixture.expectWhole()).to.equal(2);
  });
});

import { expect } from 'chai';
import { Churn } from '../support/churn.js';
import { TempDirectory } from '../support/temp-directory.js';
import { capture, makeRoot, treeOf } from '../unit/endpoint/local/capture/capture-helpers.js';

describe('captures of a tree that never rests', () => {
  it('hold every file in a state that it had, or list it', async function () {
    this.timeout(0);
    const captures = Number(process.env.DM_CAPTURES ?? 1_000);
    using directory = new TempDirectory();
    const place = makeRoot(directory.path);
    await using _ = new Churn(place.base);
    let listed = 0;
    for (let number = 1; number <= captures; number++) {
      const { record } = await capture(place, { acceptSource: true });
      const exceptions = record.maps.exceptions?.count ?? 0;
      if (exceptions > 0) listed++;
      const entries = [...(await treeOf(place, record))];
      const named = (name: string) => entries.filter(([path]) => path.endsWith(`/${name}`));
      let lacking = 0;
      for (const name of Churn.steady) lacking += named(name).length === 1 ? 0 : 1;
      for (const name of Churn.replaced) {
        const [found] = named(name);
        if (found === undefined || !Churn.isWhole(found[1].content)) lacking++;
      }
      expect(lacking, `capture ${number}: not as they were and not listed`).to.be.at.most(
        exceptions,
      );
    }
    process.stdout.write(`${captures} captures, ${listed} of them with listed entries\n`);
  });
});

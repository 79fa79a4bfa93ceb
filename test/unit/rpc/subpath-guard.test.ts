import { expect } from 'chai';
import { type Gfid, ROOT_GFID } from '../../../src/model/ids.js';
import { SubpathGuard } from '../../../src/rpc/tickets/subpath-guard.js';
import { gfid } from '../formats/format-values.js';

const SHARED = gfid(2n);
const OTHER = gfid(3n);
const INNER = gfid(4n);
const { signal } = new AbortController();

/**
 * `shared`, `shared/inner` and `other` below the root; every other file
 * is at the parents that `names` gives.
 */
function reader(names: (file: Gfid) => readonly Gfid[] = () => []) {
  const asked: Gfid[] = [];
  const parents = new Map<Gfid, Gfid>([
    [SHARED, ROOT_GFID],
    [OTHER, ROOT_GFID],
    [INNER, SHARED],
  ]);
  return {
    asked,
    lookup: async (path: readonly Uint8Array[], by: AbortSignal) => {
      by.throwIfAborted();
      expect(path.map((name) => Buffer.from(name).toString())).to.deep.equal(['shared']);
      return { name: Buffer.from('shared'), gfid: SHARED, inode: null as never };
    },
    details: async (file: Gfid) => {
      asked.push(file);
      const parent = parents.get(file);
      const all = parent === undefined ? names(file) : [parent];
      return {
        side: null,
        names: all.map((one) => ({ parent: one, name: Buffer.from('x') })),
        exception: null,
      };
    },
  };
}

describe('the files that a ticket for subpaths gives', () => {
  it('have one of their names below a subpath', async () => {
    const places = new Map([
      [gfid(10n), [INNER]],
      [gfid(11n), [OTHER]],
      [gfid(12n), [OTHER, INNER]],
      [gfid(13n), [ROOT_GFID]],
    ]);
    const guard = new SubpathGuard(
      reader((file) => places.get(file) ?? []),
      [Buffer.from('shared')],
    );
    const held = [];
    for (const file of [...places.keys(), SHARED, ROOT_GFID]) {
      held.push(await guard.holds(file, signal));
    }
    expect(held).to.deep.equal([true, false, true, false, true, false]);
  });

  it('are told although an earlier call was aborted while the subpaths were looked up', async () => {
    const guard = new SubpathGuard(reader(), [Buffer.from('shared')]);
    const aborted = await guard.holds(INNER, AbortSignal.abort()).catch(() => 'aborted');
    expect(aborted).to.equal('aborted');
    expect(await guard.holds(INNER, signal)).to.equal(true);
  });

  it('cost no more memory the more directories there are', async () => {
    const directory = (index: number) => gfid(1_000n + BigInt(index));
    const file = (index: number) => gfid(1_000_000n + BigInt(index));
    const dataset = reader((one) => (one < 1_000_000n ? [OTHER] : [(one - 999_000n) as Gfid]));
    const guard = new SubpathGuard(dataset, [Buffer.from('shared')]);
    for (let index = 0; index < 20_000; index++) {
      expect(await guard.holds(file(index), signal)).to.equal(false);
    }
    const [first, last] = [directory(0), directory(19_999)];
    dataset.asked.length = 0;
    await guard.holds(file(19_999), signal);
    expect(dataset.asked).not.to.include(last);
    await guard.holds(file(0), signal);
    expect(dataset.asked).to.include(first);
  });
});

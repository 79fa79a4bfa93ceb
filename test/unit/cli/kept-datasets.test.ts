import { expect } from 'chai';
import type { DatasetView } from '../../../src/cli/control-messages.js';
import { withKept } from '../../../src/cli/format/kept-datasets.js';
import { PRE_REPAIR } from '../../../src/model/dataset.js';
import { parseTreeId } from '../../../src/model/ids.js';
import { overdueDatasets } from '../../../src/model/retention.js';
import { collect } from '../rpc/peer-pair.js';

const NOW = Date.parse('2026-01-10T00:00:00Z');
const KEPT = 'kept (reserve)';

/** The same numbers at each run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function listOf(seed: number): DatasetView[] {
  const next = generator(seed);
  return Array.from({ length: next(40) }, (_, index) => ({
    id: index + 1,
    tree: String(next(3)).repeat(32),
    dataset_base_path: `/srv/${next(2)}`,
    name: next(6) === 0 ? PRE_REPAIR : 'nightly',
    expires_at: ['', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'][next(3)] ?? '',
    dataset_reserve: next(4),
  })) as DatasetView[];
}

describe('the list of datasets', () => {
  it('says of what only its reserve keeps that it is kept, and of nothing else', async () => {
    let seen = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const list = listOf(seed);
      const over = overdueDatasets(
        list.map((view) => ({
          number: view.id,
          tree: parseTreeId(view.tree),
          basePath: Buffer.from(view.dataset_base_path),
          name: view.name,
          committedAtMs: 0,
          expiresAtMs: view.expires_at === '' ? null : Date.parse(view.expires_at),
          reserve: view.dataset_reserve,
        })),
        NOW,
      ).map(({ number }) => number);
      const rows = (await collect(withKept(stream(list), NOW))) as DatasetView[];
      expect(rows.map(({ id }) => id)).to.deep.equal(list.map(({ id }) => id));
      const kept = rows.filter(({ expires_at }) => expires_at === KEPT).map(({ id }) => id);
      const wanted = list
        .filter(({ id, expires_at }) => expires_at.startsWith('2026-01') && !over.includes(id))
        .map(({ id }) => id);
      expect(kept, `seed ${seed}`).to.deep.equal(wanted);
      seen += kept.length;
    }
    expect(seen).to.be.above(100);
  });

  it('holds no row that nothing more can change', async () => {
    const row = { ...listOf(7)[0], expires_at: '', dataset_reserve: 3 } as DatasetView;
    let given = 0;
    const endless = (async function* () {
      for (;;) {
        given += 1;
        yield row;
      }
    })();
    await withKept(endless, NOW).next();
    expect(given).to.equal(1);
  });
});

async function* stream(list: readonly DatasetView[]): AsyncGenerator<DatasetView> {
  yield* list;
}

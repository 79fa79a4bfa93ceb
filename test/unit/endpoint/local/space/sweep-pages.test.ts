import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Catalog } from '../../../../../src/catalog/catalog.js';
import { PageReader } from '../../../../../src/catalog/page-reader.js';
import { deleteDataset } from '../../../../../src/endpoint/local/capture/delete-task.js';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import { NO_HISTORY } from '../../../../../src/endpoint/local/layout/local-tree.js';
import { removeTree } from '../../../../../src/endpoint/local/layout/tree-list.js';
import { OpenDatasets } from '../../../../../src/endpoint/local/open-datasets.js';
import { PageSweeper } from '../../../../../src/endpoint/local/page-sweeper.js';
import { saveSession } from '../../../../../src/endpoint/local/receive/session-record.js';
import { StagingArea } from '../../../../../src/endpoint/local/receive/staging-area.js';
import { presentPacks } from '../../../../../src/endpoint/local/space/needed-maps.js';
import { sweepPages } from '../../../../../src/endpoint/local/space/sweep-pages.js';
import { verifyDataset } from '../../../../../src/endpoint/local/verify/verify-task.js';
import type { DatasetId } from '../../../../../src/model/ids.js';
import { PagePacks } from '../../../../../src/repository/page-packs.js';
import type { WorkerPool } from '../../../../../src/worker/pool.js';
import { capture, makeRoot, type TestRoot } from '../capture/capture-helpers.js';

const signal = new AbortController().signal;
const FILES = 1_200;

describe('freeing catalog pages', function () {
  this.timeout(120_000);
  let parent = '';
  let place: TestRoot;
  let edits = 0;

  before(() => {
    parent = mkdtempSync(join(tmpdir(), 'dm-sweep-'));
  });
  after(() => rmSync(parent, { recursive: true, force: true }));

  beforeEach(() => {
    place = makeRoot(parent);
    for (let file = 0; file < FILES; file++) writeFileSync(join(place.base, `file-${file}`), '');
  });

  /** One dataset in which every tenth file is new, from another one on each time. */
  const next = async (): Promise<DatasetId> => {
    const edit = ++edits;
    for (let file = edit % 10; file < FILES; file += 10) {
      writeFileSync(join(place.base, `file-${file}`), `edit ${edit}`);
    }
    return (await capture(place)).record.id;
  };
  const input = () => {
    using root = DataRoot.open(Buffer.from(place.root));
    return { root: Buffer.from(place.root), packs: presentPacks(root) };
  };
  const localTree = () => {
    using root = DataRoot.open(Buffer.from(place.root));
    const [found] = root.trees();
    if (found === undefined) throw new Error('no tree');
    return found.tree.localTree;
  };
  const remove = (id: DatasetId) =>
    deleteDataset({ root: Buffer.from(place.root), localTree: localTree(), id }, signal);
  /** As it goes when 64 newer ones have been deleted. */
  const removeBookmark = (id: DatasetId) => {
    using root = DataRoot.open(Buffer.from(place.root));
    rmSync(`${root.treeDirectory(localTree()).bookmarksPath}/${id}.json`, { force: true });
  };
  const requireWhole = async (ids: readonly DatasetId[]) => {
    for (const id of ids) {
      const { bad, files } = await verifyDataset(
        { root: Buffer.from(place.root), localTree: localTree(), id },
        async () => undefined,
        signal,
      );
      expect([bad, files]).to.deep.equal([0, FILES]);
    }
  };
  const pagesPath = () => join(place.root, '.datamover/packs/pages');
  const allocated = () =>
    readdirSync(pagesPath()).reduce(
      (sum, name) => sum + statSync(join(pagesPath(), name)).blocks * 512,
      0,
    );

  it('keeps what any dataset needs, and stays in bounds however many were made', async () => {
    const kept = [await next(), await next()];
    await sweepPages(input(), signal);
    const first = allocated();
    for (let round = 0; round < 12; round++) {
      kept.push(await next());
      const oldest = kept.shift() as DatasetId;
      await remove(oldest);
      removeBookmark(oldest);
      await sweepPages(input(), signal);
    }
    await requireWhole(kept);
    // Twelve datasets with a tenth of the files new took far more.
    expect(allocated()).to.be.below(first * 2);
  });

  it('keeps what a restore needs that goes on later', async () => {
    const [old] = [await next(), await next()];
    using root = DataRoot.open(Buffer.from(place.root));
    const draft = root.treeDirectory(localTree()).readDataset(old);
    if (draft === null) throw new Error('no dataset');
    const { directory } = root.createTree({
      ...{ ...NO_HISTORY, tree: draft.tree, basePath: Buffer.from(join(place.root, 'back')) },
      ...{ role: 'restore', owner: '', released: false },
    });
    const session = '00000000000000aa';
    StagingArea.create(directory, session);
    saveSession(directory, {
      ...{ session, epoch: 1, bootId: '', base: null, createDataset: false, into: false },
      ...{ job: '', draft },
      ...{ existing: 'overwrite', metadata: true, maxDelete: null, privileged: true },
      ...{ phase: 'content', lanes: 1, durable: [0, 0] },
    });
    await remove(old);
    removeBookmark(old);
    await sweepPages(input(), signal);
    await using packs = await PagePacks.open({ directory: root.pagesPath });
    const catalog = new Catalog(draft.maps, { pages: new PageReader({}, { source: packs }) });
    let inodes = 0;
    for await (const batch of catalog.inodes.range()) inodes += batch.length;
    expect(inodes).to.equal(FILES + 1);
    removeTree(directory);
    const { freedBytes } = await sweepPages(input(), signal);
    expect(freedBytes).to.be.above(0);
  });

  it('tells what came free, and needs nothing of it the second time', async () => {
    const [old, young] = [await next(), await next()];
    await remove(old);
    const before = allocated();
    const { freedBytes, packsRemoved } = await sweepPages(input(), signal);
    expect(freedBytes).to.equal(before - allocated());
    expect(freedBytes).to.be.above(0);
    expect(packsRemoved).to.be.at.least(0);
    expect(await sweepPages(input(), signal)).to.deep.equal({ freedBytes: 0, packsRemoved: 0 });
    await requireWhole([young]);
  });

  it('may be stopped before each of its changes', async () => {
    const kept = [await next(), await next(), await next()];
    for (const id of kept.splice(0, 2)) await remove(id);
    const stops: string[] = [];
    for (let at = 0; ; at++) {
      let count = 0;
      let stop: string | null = null;
      const step = (name: string): void => {
        if (count++ !== at) return;
        stop = name;
        throw new Error(`stopped before ${name}`);
      };
      await sweepPages(input(), signal, { step }).catch((error: unknown) => {
        if (stop === null) throw error;
      });
      if (stop === null) break;
      stops.push(stop);
      await requireWhole(kept);
    }
    expect(stops).to.include('sync').and.include('punch');
    kept.push(await next());
    await requireWhole(kept);
  });

  it('loses nothing when a page that is needed is damaged', async () => {
    const [old, young] = [await next(), await next()];
    await remove(old);
    const before = allocated();
    const [pack = ''] = readdirSync(pagesPath());
    const size = statSync(join(pagesPath(), pack)).size;
    writeFileSync(join(pagesPath(), pack), Buffer.alloc(size));
    const failure = await sweepPages(input(), signal).then(
      () => null,
      (error: { code: string }) => error.code,
    );
    expect(failure).to.equal('corrupt');
    expect(readdirSync(pagesPath())).to.include(pack);
    expect(allocated()).to.be.at.least(before);
    expect(young).to.be.a('string');
  });

  it('waits while pages are written that no record names yet, and rests when nothing was deleted', async () => {
    const holds = new OpenDatasets();
    using root = DataRoot.open(Buffer.from(place.root));
    let runs = 0;
    const pool = {
      run: async () => {
        runs++;
        return { freedBytes: 10, packsRemoved: 1 };
      },
    } as unknown as WorkerPool;
    const sweeper = new PageSweeper({ roots: [root] }, { pool, holds });
    const writing = holds.writePages(root.pagesPath);
    expect(await sweeper.sweep(signal)).to.equal(0);
    writing[Symbol.dispose]();
    expect(await sweeper.sweep(signal)).to.equal(10);
    expect(await sweeper.sweep(signal)).to.equal(0);
    const id = await next();
    holds.claimForDelete(localTree(), id)[Symbol.dispose]();
    expect(await sweeper.sweep(signal)).to.equal(10);
    expect(runs).to.equal(2);
  });
});

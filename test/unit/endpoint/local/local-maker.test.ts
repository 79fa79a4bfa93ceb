import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DataRoot } from '../../../../src/endpoint/local/layout/data-root.js';
import { DatasetRecordCache } from '../../../../src/endpoint/local/layout/dataset-record-cache.js';
import { LocalDatasets } from '../../../../src/endpoint/local/local-datasets.js';
import { LocalMaker } from '../../../../src/endpoint/local/local-maker.js';
import { LocalSource } from '../../../../src/endpoint/local/local-source.js';
import { OpenDatasets } from '../../../../src/endpoint/local/open-datasets.js';
import { ReceiveSessions } from '../../../../src/endpoint/receive/receive-sessions.js';
import { DmError } from '../../../../src/model/error.js';
import { parseDatasetId, parseSystemGuid } from '../../../../src/model/ids.js';
import { WorkerPool } from '../../../../src/worker/pool.js';

const WORKER_ENTRY = new URL('../../../../src/endpoint/local/worker-entry.js', import.meta.url);
const { signal } = new AbortController();

describe('making and deleting datasets', () => {
  let folder = '';
  let root: DataRoot;
  let pool: WorkerPool;
  let maker: LocalMaker;
  let source: LocalSource;
  let trees: ReceiveSessions;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dm-maker-'));
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/f'), 'x');
    root = DataRoot.open(Buffer.from(folder));
    pool = new WorkerPool({ size: 1, entry: WORKER_ENTRY });
    const holds = new OpenDatasets();
    const numbers = {
      numbersOf: async (datasets: readonly { id: string }[]) =>
        datasets.map(({ id }) => Number.parseInt(id.slice(0, 8), 16)),
      find: async () => null,
      locks: async () => () => [],
    };
    const datasets = new LocalDatasets(
      { roots: [root] },
      { numbers, records: new DatasetRecordCache() },
    );
    const ids = new Map<string, string>();
    trees = new ReceiveSessions();
    source = new LocalSource({ pool, datasets, holds });
    maker = new LocalMaker(
      { roots: [root], system: parseSystemGuid('ab'.repeat(18)), minFreePercent: 0 },
      {
        pool,
        datasets,
        holds,
        trees,
        requestIds: {
          idFor: async (request) => {
            const id = ids.get(request) ?? randomBytes(16).toString('hex');
            ids.set(request, id);
            return parseDatasetId(id);
          },
        },
        now: () => Date.now(),
      },
    );
  });
  afterEach(async () => {
    await pool[Symbol.asyncDispose]();
    root.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function create(path: string, requestId: string) {
    const request = {
      basePath: Buffer.from(path),
      name: 'test',
      excludes: [],
      snapshot: 'auto' as const,
      retention: { periodSeconds: null, reserve: 0 },
      acceptSource: false,
      partial: 'allow' as const,
      requestId,
    };
    return maker.create(request, () => undefined, signal);
  }

  it('takes a base path for the same however its slashes are written', async () => {
    const first = await create(`${folder}/data/`, 'one');
    const second = await create(`${folder}//data`, 'two');
    expect(second.parents).to.deep.equal([first.id]);
    expect(await create(`${folder}/data`, 'one')).to.deep.equal(first);
    const found = [];
    const filter = { basePath: Buffer.from(`${folder}/data/`) };
    for await (const { id } of source.listDatasets(filter, signal)) found.push(id);
    expect(found).to.have.members([first.id, second.id]);
  });

  it('waits for whatever else changes the tree', async () => {
    const { id } = await create(`${folder}/data`, 'one');
    const done: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const other = trees.exclusively(Buffer.from(`${folder}/data`), async () => {
      await held;
      done.push('other');
    });
    const work = [
      create(`${folder}/data`, 'two').then(() => done.push('made')),
      maker.delete({ id }, signal).then(() => done.push('deleted')),
    ];
    // Another tree is not held up, and gives those time to go wrong.
    mkdirSync(join(folder, 'free'));
    await create(`${folder}/free`, 'three');
    release();
    await Promise.all([other, ...work]);
    expect(done).to.have.members(['other', 'made', 'deleted']);
    expect(done[0]).to.equal('other');
  });

  it('lets a dataset be read for as long as its deletion waits', async () => {
    const { id } = await create(`${folder}/data`, 'one');
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const other = trees.exclusively(Buffer.from(`${folder}/data`), () => held);
    const deleted = maker.delete({ id }, signal).then(
      () => 'deleted',
      (error: unknown) => (error instanceof DmError ? error.code : String(error)),
    );
    // Another tree is not held up, and gives the deletion time to go wrong.
    mkdirSync(join(folder, 'free'));
    await create(`${folder}/free`, 'two');
    {
      await using _reader = await source.open({ id }, signal);
      release();
      await other;
      expect(await deleted).to.equal('in_use');
    }
    await maker.delete({ id }, signal);
  });
});

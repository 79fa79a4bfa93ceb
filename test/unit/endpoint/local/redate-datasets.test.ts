import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DataRoot } from '../../../../src/endpoint/local/layout/data-root.js';
import { DatasetRecordCache } from '../../../../src/endpoint/local/layout/dataset-record-cache.js';
import {
  LocalDatasets,
  type NumberedDataset,
} from '../../../../src/endpoint/local/local-datasets.js';
import { LocalMaker } from '../../../../src/endpoint/local/local-maker.js';
import { OpenDatasets } from '../../../../src/endpoint/local/open-datasets.js';
import { redateDatasets } from '../../../../src/endpoint/local/redate-datasets.js';
import { ReceiveSessions } from '../../../../src/endpoint/receive/receive-sessions.js';
import type { DatasetInfo } from '../../../../src/model/dataset.js';
import { DmError } from '../../../../src/model/error.js';
import { parseDatasetId, parseSystemGuid } from '../../../../src/model/ids.js';
import { overdueDatasets } from '../../../../src/model/retention.js';
import { WorkerPool } from '../../../../src/worker/pool.js';

const WORKER_ENTRY = new URL('../../../../src/endpoint/local/worker-entry.js', import.meta.url);
const { signal } = new AbortController();
const HOUR_MS = 3_600_000;
const START = Date.parse('2026-03-01T00:00:00Z');
const YEARS_MS = 10 * 365 * 24 * HOUR_MS;

describe('datasets that were dated by a wrong clock', () => {
  let folder = '';
  let root: DataRoot;
  let pool: WorkerPool;
  let holds: OpenDatasets;
  let datasets: LocalDatasets;
  let maker: LocalMaker;
  let modules: Parameters<typeof redateDatasets>[1];
  let clockMs = START;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dm-redate-'));
    mkdirSync(join(folder, 'data'));
    root = DataRoot.open(Buffer.from(folder));
    pool = new WorkerPool({ size: 1, entry: WORKER_ENTRY });
    holds = new OpenDatasets();
    const given: NumberedDataset[] = [];
    const numberOf = (one: NumberedDataset) => {
      const known = given.findIndex(({ id }) => id === one.id);
      return known >= 0 ? known + 1 : given.push(one);
    };
    datasets = new LocalDatasets(
      { roots: [root] },
      {
        numbers: {
          numbersOf: async (some) => some.map(numberOf),
          find: async (number) => given[number - 1] ?? null,
          locks: async () => () => [],
        },
        records: new DatasetRecordCache(),
      },
    );
    const trees = new ReceiveSessions();
    modules = { datasets, holds, trees };
    const requestIds = { idFor: async () => parseDatasetId(randomBytes(16).toString('hex')) };
    maker = new LocalMaker(
      { roots: [root], system: parseSystemGuid('ab'.repeat(18)), minFreePercent: 0 },
      { pool, datasets, holds, trees, requestIds, now: () => clockMs },
    );
  });
  afterEach(async () => {
    await pool[Symbol.asyncDispose]();
    root.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function create(atMs: number): Promise<DatasetInfo> {
    clockMs = atMs;
    writeFileSync(join(folder, 'data/f'), String(atMs));
    const request = {
      ...{ basePath: Buffer.from(`${folder}/data`), name: 'test', excludes: [] },
      ...{ snapshot: 'auto' as const, retention: { periodSeconds: 3_600, reserve: 0 } },
      ...{ acceptSource: false, partial: 'allow' as const, requestId: 'one' },
    };
    return maker.create(request, () => undefined, signal);
  }
  async function list(): Promise<DatasetInfo[]> {
    const found: DatasetInfo[] = [];
    for await (const dataset of datasets.list({}, signal)) found.push(dataset);
    return found;
  }

  it('expire a period after what is known, in their order, when the clock is right again', async () => {
    const before = await create(START);
    await create(START + YEARS_MS);
    await create(START + YEARS_MS + HOUR_MS);
    const right = await create(START + HOUR_MS);
    await create(START + YEARS_MS);
    const nowMs = START + 3 * HOUR_MS;
    for (const _again of [1, 2]) await redateDatasets(nowMs, modules, signal);
    const found = await list();
    expect(found.map(({ committedAtMs }) => committedAtMs)).to.deep.equal([
      before.committedAtMs,
      right.committedAtMs - 2,
      right.committedAtMs - 1,
      right.committedAtMs,
      nowMs,
    ]);
    for (const { committedAtMs, expiresAtMs } of found) {
      expect(expiresAtMs).to.equal(committedAtMs + HOUR_MS);
    }
    expect(overdueDatasets(found, nowMs)).to.have.length(4);
  });

  it('wait while they are read', async () => {
    const made = await create(START + YEARS_MS);
    const later = await create(START + YEARS_MS + HOUR_MS);
    const { tree } = await datasets.get({ number: made.number });
    {
      using _held = holds.hold(tree.localTree, made.id);
      const error = await redateDatasets(START, modules, signal).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(DmError);
      expect((error as DmError).code).to.equal('in_use');
      const times = (await list()).map(({ committedAtMs }) => committedAtMs);
      expect(times).to.deep.equal([made.committedAtMs, START]);
    }
    await redateDatasets(START, modules, signal);
    expect((await list()).map(({ committedAtMs }) => committedAtMs)).to.deep.equal([
      START - 1,
      START,
    ]);
    expect(later.committedAtMs).to.be.greaterThan(START);
  });
});

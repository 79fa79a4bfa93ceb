import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { ExternalSorter } from '../../../src/catalog/external-sorter.js';
import { DmError } from '../../../src/model/error.js';
import { toHex } from '../../../src/util/bytes.js';
import { mutationsOf, numbers, randomKey } from './map-helpers.js';

async function sortedLines(sorter: ExternalSorter): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of sorter.sorted()) {
    expect(batch).to.not.have.length(0);
    for (const { key, value } of batch) lines.push(`${toHex(key)}=${value && toHex(value)}`);
  }
  return lines;
}

describe('external sorter', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sorter-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('gives what a plain sort gives, the last one of equal keys, in memory and from many files', async () => {
    const key = fc.oneof(
      fc.uint8Array({ maxLength: 9 }),
      fc.uint8Array({ maxLength: 6, max: 1 }),
      fc
        .uint8Array({ minLength: 1, maxLength: 3 })
        .map((tail) => Buffer.concat([Buffer.alloc(8), tail])),
    );
    const value = fc.option(fc.uint8Array({ maxLength: 30 }));
    const budgets = fc.constantFrom(1, 40, 300, 1 << 20);
    const added = fc.array(fc.tuple(key, value), { maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(added, budgets, async (records, memoryBytes) => {
        using sorter = new ExternalSorter({ directory, memoryBytes });
        const model = new Map<string, string | null>();
        for (const [k, v] of records) {
          sorter.add(k, v);
          model.set(toHex(k), v && toHex(v));
        }
        const plain = mutationsOf(model).map((m) => `${toHex(m.key)}=${m.value && toHex(m.value)}`);
        expect(await sortedLines(sorter)).to.deep.equal(plain);
      }),
      { numRuns: 150 },
    );
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('merges more runs than it keeps open', async () => {
    using sorter = new ExternalSorter({ directory, memoryBytes: 4000 });
    const random = numbers(5);
    const keys = new Set<string>();
    for (let i = 0; i < 8000; i++) {
      const key = randomKey(random, 20_000);
      keys.add(key);
      sorter.add(Buffer.from(key, 'hex'), Buffer.from(String(i)));
    }
    expect(readdirSync(directory).length).to.be.within(1, 64);
    const lines = await sortedLines(sorter);
    expect(lines.map((line) => line.split('=')[0])).to.deep.equal([...keys].sort());
  });

  it('takes records larger than its buffers', async () => {
    using sorter = new ExternalSorter({ directory, memoryBytes: 1000 });
    const values = [3, 1, 2].map((number) => Buffer.alloc(400_000, number));
    for (const value of values) sorter.add(value.subarray(0, 1), value);
    const lines = await sortedLines(sorter);
    const byKey = [...values].sort(Buffer.compare);
    expect(lines).to.deep.equal(byKey.map((v) => `${toHex(v.subarray(0, 1))}=${toHex(v)}`));
  });

  it('deletes its files when disposed in the middle, and says which directory is missing', async () => {
    const sorter = new ExternalSorter({ directory, memoryBytes: 100 });
    for (let i = 0; i < 50; i++) sorter.add(Buffer.from(String(i)), Buffer.alloc(20));
    for await (const batch of sorter.sorted()) {
      expect(batch.length).to.be.above(0);
      break;
    }
    expect(readdirSync(directory)).to.not.deep.equal([]);
    sorter[Symbol.dispose]();
    expect(readdirSync(directory)).to.deep.equal([]);
    using lost = new ExternalSorter({ directory: join(directory, 'none'), memoryBytes: 1 });
    lost.add(Buffer.of(1), null);
    expect(() => lost.add(Buffer.of(2), null)).to.throw(DmError, 'none');
  });
});

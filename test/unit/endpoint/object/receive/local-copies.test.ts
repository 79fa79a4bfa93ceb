import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { DmError } from '../../../../../src/model/error.js';
import { errorOf, PruneFixture } from '../prune/prune-fixture.js';
import { BASE_PATH } from './object-fixture.js';

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

  /** On another host, where reads of packs go by `read`. */
  function readPacks(read: (count: number) => Promise<void>): void {
    rmSync(fixture.workPath, { recursive: true });
    let count = 0;
    fixture.wrap = (store) =>
      new Proxy(store, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          return (...given: unknown[]) => {
            const bytes = value.apply(target, given) as unknown;
            if (name !== 'get' || !String(given[0]).includes('/packs/pages/')) return bytes;
            return (async function* () {
              await read(count++);
              yield* bytes as AsyncIterable<Uint8Array>;
            })();
          };
        },
      });
  }

  it('pages: those that a prune deletes meanwhile are passed over', async () => {
    const folder = join(fixture.directory, BASE_PATH, 'packs/pages');
    const ghost = 'f'.repeat(32);
    writeFileSync(join(folder, ghost), '');
    readPacks(async () => rmSync(join(folder, ghost), { force: true }));
    await fixture.backUp();
    expect(existsSync(join(folder, ghost))).to.equal(false);
    expect(await fixture.expectWhole()).to.equal(2);
  });

  it('pages: when one cannot be fetched no other is still being fetched', async () => {
    const folder = join(fixture.directory, BASE_PATH, 'packs/pages');
    // More than are fetched at once.
    for (const digit of 'abcdef') writeFileSync(join(folder, digit.repeat(32)), 'a leftover');
    let running = 0;
    readPacks(async (count) => {
      if (count === 0) throw new DmError('store_unreachable', 'the store is gone; try again');
      running++;
      await setTimeout(300);
      running--;
    });
    const dataset = await fixture.copy.capture();
    expect((await errorOf(fixture.backUp(dataset))).code).to.equal('store_unreachable');
    expect(running).to.equal(0);
    await fixture.backUp(dataset);
    expect(await fixture.expectWhole()).to.equal(2);
  });

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

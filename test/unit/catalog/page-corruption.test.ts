import { blake3 } from '@napi-rs/blake-hash';
import { expect } from 'chai';
import fc from 'fast-check';
import { diffMaps } from '../../../src/catalog/diff-maps.js';
import { MapReader } from '../../../src/catalog/map-reader.js';
import { type MapRoot, mapRoot } from '../../../src/catalog/map-root.js';
import { MemoryPageStore } from '../../../src/catalog/memory-page-store.js';
import { parseFrame, parseNode } from '../../../src/catalog/page-parser.js';
import { PageReader } from '../../../src/catalog/page-reader.js';
import type { PageRef } from '../../../src/catalog/page-store.js';
import { DmError } from '../../../src/model/error.js';
import { MapBench, numbers, randomKey, randomValue } from './map-helpers.js';

/** `corrupt`, or what else came of it; anything but a DmError passes through. */
async function outcome(action: () => unknown): Promise<string> {
  try {
    await action();
    return 'no error';
  } catch (error) {
    if (error instanceof DmError) return error.code;
    throw error;
  }
}

async function readEverything(pages: PageReader, root: MapRoot | null): Promise<void> {
  const reader = new MapReader(pages, root);
  for await (const batch of reader.range()) {
    for (const { key } of batch) await reader.get(key);
  }
  const before = { pages, root: null };
  for await (const batch of diffMaps({ before, after: { pages, root } })) {
    if (batch.length === 0) throw new Error('an empty batch');
  }
}

async function sample(): Promise<{ bench: MapBench; root: MapRoot | null; frames: PageRef[] }> {
  const random = numbers(99);
  const bench = new MapBench();
  const frames: PageRef[] = [];
  const append = bench.store.append.bind(bench.store);
  bench.store.append = (frame) => {
    const locator = append(frame);
    frames.push({ digest: blake3(parseFrame(frame).body), locator });
    return locator;
  };
  const model = new Map<string, string>();
  for (let i = 0; i < 800; i++) model.set(randomKey(random, 4000), randomValue(random));
  return { bench, root: await bench.build(model), frames };
}

describe('catalog pages: damage', () => {
  it('any changed byte of a page is noticed, of its locator table too', async () => {
    const { bench, root, frames } = await sample();
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (p, b, x) => {
        const victim = frames[p % frames.length] as PageRef;
        const frame = Buffer.from(bench.store.read(victim));
        const at = b % frame.length;
        frame[at] = (frame[at] as number) ^ x;
        const source = {
          read: (ref: PageRef) =>
            ref.locator.offset === victim.locator.offset ? frame : bench.store.read(ref),
        };
        const result = await outcome(() => readEverything(new PageReader({}, { source }), root));
        expect(result).to.equal('corrupt');
      }),
      { numRuns: 200 },
    );
  });

  it('hostile bodies with a right digest parse or are refused as corrupt, and nothing else', async () => {
    const { bench, frames } = await sample();
    await fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        (p, edits) => {
          const victim = frames[p % frames.length] as PageRef;
          const frame = Buffer.from(bench.store.read(victim));
          for (const [at, byte] of edits) frame[at % frame.length] = byte;
          try {
            parseNode(parseFrame(frame));
          } catch (error) {
            if (!(error instanceof DmError) || error.code !== 'corrupt') throw error;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('random bytes are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(() => parseNode(parseFrame(bytes))).to.throw(DmError);
      }),
    );
  });

  it('a page that leads to itself, or to a page of the wrong level, count or range, is refused', async () => {
    const { bench, root } = await sample();
    const other = await bench.build(new Map([['aa', 'bb']]));
    if (root === null || other === null) throw new Error('the maps are empty');
    const swapped = { ...root, digest: other.digest, locator: other.locator };
    expect(await outcome(() => readEverything(bench.pages, swapped))).to.equal('corrupt');

    const leaf = leafFrame([['0a', '01']]);
    const store = new MemoryPageStore();
    const child = { digest: blake3(parseFrame(leaf).body), locator: store.append(leaf) };
    const pages = new PageReader({}, { source: store });
    for (const [key, level, count, expected] of [
      ['0a', 1, 1, 'no error'],
      ['0b', 1, 1, 'corrupt'],
      ['0a', 2, 1, 'corrupt'],
      ['0a', 1, 2, 'corrupt'],
    ] as const) {
      const frame = internalFrame(level, key, child, count);
      const ref = { digest: blake3(parseFrame(frame).body), locator: store.append(frame) };
      const result = await outcome(() => readEverything(pages, mapRoot(ref, count, level + 1)));
      expect(result, `${key} ${level} ${count}`).to.equal(expected);
    }
  });
});

function frameOf(body: Buffer, table: Buffer): Buffer {
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(body.length, 0);
  lengths.writeUInt32BE(table.length, 4);
  return Buffer.concat([lengths, body, table]);
}

function leafFrame(items: readonly (readonly [string, string])[]): Buffer {
  const encoded = items.map(([key, value]) => {
    const [k, v] = [Buffer.from(key, 'hex'), Buffer.from(value, 'hex')];
    return Buffer.concat([Buffer.of(k.length), k, Buffer.of(v.length * 2), v]);
  });
  const header = Buffer.of(0x4c, 1, 0, 0, 0, 0, 0, items.length);
  return frameOf(Buffer.concat([header, ...encoded]), Buffer.alloc(0));
}

function internalFrame(level: number, key: string, child: PageRef, count: number): Buffer {
  const k = Buffer.from(key, 'hex');
  const header = Buffer.of(0x49, 1, level, 0, 0, 0, 0, 1);
  const item = Buffer.concat([Buffer.of(k.length), k, child.digest, Buffer.of(count)]);
  const { pack, offset, length } = child.locator;
  const table = Buffer.concat([
    Buffer.of(1),
    Buffer.from(pack, 'hex'),
    Buffer.of(1, 0, offset, length),
  ]);
  return frameOf(Buffer.concat([header, item]), table);
}

import { expect } from 'chai';
import type { DatasetReader } from '../../../../../src/endpoint/source.js';
import type { ByteRange, ObjectStore } from '../../../../../src/repository/object-store.js';
import { ObjectFixture } from '../receive/object-fixture.js';

/** Files of the dataset; more of them when one wants to measure. */
const FILES = Number(process.env.DM_TEST_BROWSE_FILES ?? 4_000);
const PER_DIRECTORY = Math.min(1_000, Math.ceil(FILES / 10));
const MIB = 1_048_576;
const FILE_BYTES = 100_000;

/** Bytes that were read of a store, and how often. */
class Reads {
  bytes = 0;
  requests = 0;

  of(store: ObjectStore): ObjectStore {
    const count = async function* (
      this: Reads,
      key: string,
      range: ByteRange | null,
      signal: AbortSignal,
    ) {
      this.requests++;
      for await (const chunk of store.get(key, range, signal)) {
        this.bytes += chunk.length;
        yield chunk;
      }
    }.bind(this);
    return new Proxy(store, {
      get: (target, name) => {
        if (name === 'get') return count;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}

describe('looking into a large backup', function () {
  this.timeout(600_000);
  let fixture: ObjectFixture;
  let number = 0;

  before(async () => {
    fixture = new ObjectFixture();
    fixture.copy.sh(
      `for d in $(seq ${Math.ceil(FILES / PER_DIRECTORY)}); do mkdir dir-$d; (cd dir-$d; seq -f file-%.0f ${PER_DIRECTORY} | xargs touch); done;` +
        `head -c ${FILE_BYTES} /dev/urandom > dir-5/wanted`,
    );
    const { dataset } = await fixture.backUp();
    number = dataset.number;
    expect(dataset.entries).to.be.above(FILES);
  });
  after(() => fixture[Symbol.asyncDispose]());

  /** What one look reads of the store, by somebody who has only just come. */
  async function reads(look: (reader: DatasetReader) => Promise<void>): Promise<Reads> {
    const counted = new Reads();
    fixture.wrap = (store) => counted.of(store);
    await using source = await fixture.makeSource();
    await using reader = await source.open({ number }, fixture.signal);
    await look(reader);
    return counted;
  }

  it('reads less than 1 MB for the first list of the root', async () => {
    let names = 0;
    const { bytes, requests } = await reads(async (reader) => {
      const root = await reader.lookup([], fixture.signal);
      if (root === null) throw new Error('there is no root');
      for await (const page of reader.list(root.gfid, null, fixture.signal)) names += page.length;
    });
    expect(names).to.equal(Math.ceil(FILES / PER_DIRECTORY));
    expect(bytes, `${requests} requests`).to.be.below(1_000_000);
    report('first list of the root', bytes, requests);
  });

  it('reads less than 1 MB for the first list of a directory', async () => {
    let names = 0;
    const { bytes, requests } = await reads(async (reader) => {
      const found = await reader.lookup([Buffer.from('dir-7')], fixture.signal);
      if (found === null) throw new Error('there is no such directory');
      for await (const page of reader.list(found.gfid, null, fixture.signal)) names += page.length;
    });
    expect(names).to.equal(PER_DIRECTORY);
    expect(bytes, `${requests} requests`).to.be.below(1_000_000);
    report(`first list of a directory of ${PER_DIRECTORY}`, bytes, requests);
  });

  it('reads at most twice its size and 1 MiB to restore one file', async () => {
    const path = ['dir-5', 'wanted'].map((name) => Buffer.from(name));
    let read = 0;
    const { bytes, requests } = await reads(async (reader) => {
      const found = await reader.lookup(path, fixture.signal);
      if (found === null) throw new Error('there is no such file');
      const { gfid, inode } = found;
      for await (const chunk of reader.read(gfid, 0n, inode.size, fixture.signal)) {
        read += chunk.length;
      }
    });
    expect(read).to.equal(FILE_BYTES);
    expect(bytes, `${requests} requests`).to.be.below(2 * FILE_BYTES + MIB);
    report('one file, downloaded', bytes, requests);
    const subpaths = [Buffer.from('dir-5/wanted')];
    const restored = await reads(async (reader) => {
      const request = { base: null, subpaths, lanes: 2, resume: null };
      for await (const _ of reader.changes(request, fixture.signal));
    });
    expect(restored.bytes, `${restored.requests} requests`).to.be.below(2 * FILE_BYTES + MIB);
    report('one file, restored', restored.bytes, restored.requests);
  });
});

/** For who measures. */
function report(what: string, bytes: number, requests: number): void {
  if (process.env.DM_TEST_BROWSE_FILES === undefined) return;
  process.stdout.write(`        ${FILES} files, ${what}: ${bytes} bytes, ${requests} requests\n`);
}

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blake3 } from '@napi-rs/blake-hash';
import { expect } from 'chai';
import { LEAF_BYTES } from '../../../../../src/endpoint/change-payload.js';
import type { ChangeBatch } from '../../../../../src/endpoint/change-stream.js';
import { PayloadWriter } from '../../../../../src/endpoint/payload-writer.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import type { Gfid } from '../../../../../src/model/ids.js';
import { CopyFixture } from './copy-fixture.js';
import { batch, type Crafted, craft, inode, ROOT, VERSION } from './crafted-stream.js';

const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const ROOT_ENTRY: Crafted = { gfid: ROOT, inode: inode('dir') };
const FILE = 2n as Gfid;
const name = (text: string): Buffer => Buffer.from(text, 'latin1');

/**
 * Catalogs that are no tree, or no tree that a file system could hold; each with a right digest.
 */
const BAD_CATALOGS: Readonly<Record<string, readonly Crafted[]>> = {
  'no root': [{ gfid: 5n, inode: inode('file', { name: name('f') }) }],
  'a root that is a file': [{ gfid: ROOT, inode: inode('file') }],
  'a root with a name': [{ gfid: ROOT, inode: inode('dir', { name: name('x') }) }],
  ...Object.fromEntries(
    ['..', '.', 'a/b', '/etc/passwd', 'nul\0nul', 'x'.repeat(256)].map((bad) => [
      `the name ${JSON.stringify(bad.slice(0, 12))}`,
      [ROOT_ENTRY, { gfid: FILE, inode: inode('file', { name: name(bad) }) }],
    ]),
  ),
  'an entry without an inode': [
    ROOT_ENTRY,
    { gfid: FILE, inode: null, entries: [{ parent: ROOT, name: name('f') }] },
  ],
  'an entry of another type than its inode': [
    ROOT_ENTRY,
    {
      gfid: FILE,
      inode: inode('file', { name: name('f') }),
      entries: [{ parent: ROOT, name: name('f'), type: 'dir' }],
    },
  ],
  'an inode under no name': [
    ROOT_ENTRY,
    { gfid: FILE, inode: inode('file', { name: name('f') }), entries: [] },
  ],
  'an inode under another name': [
    ROOT_ENTRY,
    {
      gfid: FILE,
      inode: inode('file', { name: name('f') }),
      entries: [{ parent: ROOT, name: name('g') }],
    },
  ],
  'a second name that is no link': [
    ROOT_ENTRY,
    {
      gfid: FILE,
      inode: inode('file', { name: name('f') }),
      entries: [
        { parent: ROOT, name: name('f') },
        { parent: ROOT, name: name('g') },
      ],
    },
  ],
  'a file in a file': [
    ROOT_ENTRY,
    { gfid: FILE, inode: inode('file', { name: name('f') }) },
    { gfid: 3n, inode: inode('file', { name: name('g'), parent: FILE }) },
  ],
  'a file in a symlink': [
    ROOT_ENTRY,
    { gfid: FILE, inode: inode('symlink', { name: name('etc') }) },
    { gfid: 3n, inode: inode('file', { name: name('passwd'), parent: FILE }) },
  ],
  'a file in a directory that is not there': [
    ROOT_ENTRY,
    { gfid: FILE, inode: inode('file', { name: name('f'), parent: 99n as Gfid }) },
  ],
  'directories in each other': [
    ROOT_ENTRY,
    { gfid: 2n, inode: inode('dir', { name: name('a'), parent: 3n as Gfid }) },
    { gfid: 3n, inode: inode('dir', { name: name('b'), parent: 2n as Gfid }) },
  ],
  'a directory in itself': [
    ROOT_ENTRY,
    { gfid: 2n, inode: inode('dir', { name: name('a'), parent: 2n as Gfid }) },
  ],
  'a directory with two names': [
    ROOT_ENTRY,
    {
      gfid: 2n,
      inode: inode('dir', { name: name('a') }),
      entries: [
        { parent: ROOT, name: name('a') },
        { parent: ROOT, name: name('b') },
      ],
      links: [{ parent: ROOT, name: name('b') }],
    },
  ],
  'a link that is no entry': [
    ROOT_ENTRY,
    {
      gfid: FILE,
      inode: inode('file', { name: name('f'), nlink: 2 }),
      links: [{ parent: ROOT, name: name('g') }],
    },
  ],
  'a wrong number of names': [
    ROOT_ENTRY,
    { gfid: FILE, inode: inode('file', { name: name('f'), nlink: 7 }) },
  ],
  'a size of 2^63': [
    ROOT_ENTRY,
    { gfid: FILE, inode: inode('file', { name: name('f'), size: 1n << 63n }) },
  ],
  'a symlink to nothing': [
    ROOT_ENTRY,
    { gfid: 2n, inode: inode('symlink', { name: name('l'), symlinkTarget: Buffer.alloc(0) }) },
  ],
  'a symlink with a NUL': [
    ROOT_ENTRY,
    { gfid: 2n, inode: inode('symlink', { name: name('l'), symlinkTarget: name('a\0b') }) },
  ],
  'a mode beyond its bits': [
    ROOT_ENTRY,
    { gfid: FILE, inode: inode('file', { name: name('f'), mode: 0o100755 }) },
  ],
  'an owner that means nobody': [
    ROOT_ENTRY,
    { gfid: FILE, inode: inode('file', { name: name('f'), uid: 0xffffffff }) },
  ],
};

describe('a hostile stream', function () {
  this.timeout(120_000);
  let fixture: CopyFixture;
  let copies = 0;
  before(() => {
    fixture = new CopyFixture(MEMORY);
  });
  after(() => fixture[Symbol.asyncDispose]());

  const send = async (dataset: DatasetInfo, batches: readonly ChangeBatch[]) => {
    const target = join(fixture.parent, `copy-${++copies}`);
    await using session = await fixture
      .makeTarget()
      .begin(
        { ...fixture.offer({ targetPath: Buffer.from(target) }), dataset, base: null },
        fixture.signal,
      );
    const failures: string[] = [];
    const input = (async function* () {
      yield* batches;
    })();
    let error = '';
    try {
      for await (const ack of session.write(input, fixture.signal)) {
        failures.push(...ack.failures.map(({ code }) => code));
      }
      await session.commit({ failures: [], partial: 'allow' }, () => undefined, fixture.signal);
    } catch (caught) {
      error = (caught as { code: string }).code;
    }
    if (error !== '') {
      expect(existsSync(target), 'nothing is to be at the target').to.equal(false);
      await session.abort(fixture.signal);
    }
    return { error, failures, target };
  };
  const end = (): ChangeBatch => batch('end', new PayloadWriter(64));

  for (const [what, crafted] of Object.entries(BAD_CATALOGS)) {
    it(`is refused for ${what}`, async () => {
      const { dataset, structure } = await craft(crafted);
      const { error } = await send(dataset, [structure, end()]);
      expect(error).to.be.oneOf(['protocol_error', 'corrupt']);
      expect(readdirSync(fixture.parent)).to.deep.equal(['.datamover']);
    });
  }

  it('is refused when the structure has another digest than was offered', async () => {
    const { structure } = await craft([ROOT_ENTRY]);
    const { dataset } = await craft([{ gfid: ROOT, inode: inode('dir', { mode: 0o700 }) }]);
    expect((await send(dataset, [structure, end()])).error).to.equal('corrupt');
  });

  it('is refused for damaged records and batches out of order', async () => {
    const { dataset, structure } = await craft([ROOT_ENTRY]);
    // The receiver owns what it is given, so that each stream has payloads of its own.
    const copied = (): ChangeBatch => ({ ...structure, payload: structure.payload.slice() });
    const garbage = { ...structure, payload: new Uint8Array([1, 9, 255, 255]) };
    expect((await send(dataset, [garbage, end()])).error).to.equal('protocol_error');
    const late = [copied(), batch('content', new PayloadWriter()), copied(), end()];
    expect((await send(dataset, late)).error).to.equal('protocol_error');
    const wide = { ...batch('content', new PayloadWriter()), lane: 9 };
    expect((await send(dataset, [copied(), wide])).error).to.equal('protocol_error');
  });

  const withFile = (size: bigint) =>
    craft([ROOT_ENTRY, { gfid: FILE, inode: inode('file', { name: name('f'), size }) }]);
  const contentOf = async (size: bigint, write: (writer: PayloadWriter) => void) => {
    const { dataset, structure } = await withFile(size);
    const writer = new PayloadWriter();
    write(writer);
    return send(dataset, [structure, batch('content', writer), end()]);
  };
  const begin = (writer: PayloadWriter, size: bigint, gfid = FILE): void =>
    writer.file({ gfid, version: VERSION, size, basis: null, continued: false });

  it('is taken when it follows the rules', async () => {
    const { error, failures, target } = await contentOf(5n, (writer) => {
      begin(writer, 5n);
      writer.data(0n, 5).write('hello');
      writer.leaves(0, [blake3(Buffer.from('hello'))]);
      writer.end();
    });
    expect({ error, failures }).to.deep.equal({ error: '', failures: [] });
    expect(readFileSync(join(target, 'f'), 'latin1')).to.equal('hello');
  });

  it('fails a file whose bytes have another digest, and takes the rest', async () => {
    const { error, failures, target } = await contentOf(5n, (writer) => {
      begin(writer, 5n);
      writer.data(0n, 5).write('hullo');
      writer.leaves(0, [blake3(Buffer.from('hello'))]);
      writer.end();
    });
    expect({ error, failures }).to.deep.equal({ error: '', failures: ['corrupt'] });
    expect(readdirSync(target)).to.deep.equal([]);
  });

  const BAD_CONTENT: Readonly<Record<string, (writer: PayloadWriter) => void>> = {
    'no content at all': () => undefined,
    'a file without an end': (writer) => begin(writer, 9n),
    'data outside a file': (writer) => writer.data(0n, 4).fill(0),
    'a file that is not in the structure': (writer) => begin(writer, 9n, 3n as Gfid),
    'content of a directory': (writer) => begin(writer, 9n, ROOT),
    'another size': (writer) => begin(writer, 10n),
    'missing bytes': (writer) => {
      begin(writer, 9n);
      writer.data(0n, 4).fill(0);
      writer.leaves(0, [null]);
      writer.end();
    },
    'overlapping ranges': (writer) => {
      begin(writer, 9n);
      writer.data(0n, 6).fill(0);
      writer.data(4n, 5).fill(0);
    },
    'ranges that descend': (writer) => {
      begin(writer, 9n);
      writer.data(4n, 5).fill(0);
      writer.data(0n, 4).fill(0);
    },
    'bytes beyond the end': (writer) => {
      begin(writer, 9n);
      writer.data(0n, 10).fill(0);
    },
    'a hole of 2^63': (writer) => {
      begin(writer, 9n);
      writer.hole(0n, 1n << 63n);
    },
    'an offset near 2^64': (writer) => {
      begin(writer, 9n);
      writer.hole((1n << 64n) - 1n, 1n);
    },
    'no digests': (writer) => {
      begin(writer, 9n);
      writer.data(0n, 9).fill(0);
      writer.end();
    },
    'digests beyond the end': (writer) => {
      begin(writer, 9n);
      writer.data(0n, 9).fill(0);
      writer.leaves(0, [null, null]);
    },
    'a file that goes on and never began': (writer) =>
      writer.file({ gfid: FILE, version: VERSION, size: 9n, basis: null, continued: true }),
  };
  for (const [what, write] of Object.entries(BAD_CONTENT)) {
    it(`is refused for ${what}`, async () => {
      const { error } = await contentOf(9n, write);
      expect(error).to.be.oneOf(['protocol_error', 'dataset_incomplete']);
    });
  }

  it('is refused for a file in the wrong lane', async () => {
    const gfid = 66n as Gfid;
    const { dataset, structure } = await craft([
      ROOT_ENTRY,
      { gfid, inode: inode('file', { name: name('f') }) },
    ]);
    const writer = new PayloadWriter();
    begin(writer, 0n, gfid);
    writer.end();
    const { error } = await send(dataset, [structure, batch('content', writer, 0), end()]);
    expect(error).to.equal('protocol_error');
  });

  it('asks for the whole file when the basis is made up', async () => {
    const size = BigInt(LEAF_BYTES);
    const { dataset, structure } = await withFile(size);
    const writer = new PayloadWriter();
    const basis = { gfid: 4n as Gfid, version: 5n };
    writer.file({ gfid: FILE, version: VERSION, size, basis, continued: false });
    writer.data(0n, 5).write('hello');
    writer.end();
    const target = fixture.makeTarget();
    const offer = fixture.offer({ targetPath: Buffer.from(join(fixture.parent, 'basis')) });
    await using session = await target.begin({ ...offer, dataset, base: null }, fixture.signal);
    const input = (async function* () {
      yield structure;
      yield batch('content', writer);
      yield end();
    })();
    const needs: Gfid[] = [];
    for await (const ack of session.write(input, fixture.signal)) needs.push(...ack.needs);
    expect(needs).to.deep.equal([FILE]);
    await session.abort(fixture.signal);
    const made = fixture.targetRoot
      .trees()
      .filter(({ tree }) => Buffer.from(tree.basePath).toString().endsWith('/basis'));
    expect(made.filter(({ tree }) => tree.head)).to.deep.equal([]);
  });

  it('goes nowhere through a symlink that was put into the target path meanwhile', async () => {
    const victim = join(fixture.parent, 'victim');
    mkdirSync(victim);
    const { dataset, structure } = await craft([
      ROOT_ENTRY,
      { gfid: FILE, inode: inode('symlink', { name: name('l') }) },
    ]);
    const path = join(fixture.parent, 'up', 'copy');
    const offer = fixture.offer({ targetPath: Buffer.from(path) });
    await using session = await fixture
      .makeTarget()
      .begin({ ...offer, dataset, base: null }, fixture.signal);
    const input = (async function* () {
      yield structure;
      yield end();
    })();
    for await (const ack of session.write(input, fixture.signal)) expect(ack.needs).to.be.empty;
    fixture.sh('ln -s victim up', fixture.parent);
    const commit = session.commit(
      { failures: [], partial: 'allow' },
      () => undefined,
      fixture.signal,
    );
    expect((await fixture.refusal(commit)).code).to.be.oneOf(['path_outside_roots', 'io_error']);
    expect(readdirSync(victim)).to.deep.equal([]);
  });
});

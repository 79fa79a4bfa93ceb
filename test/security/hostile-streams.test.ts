import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { expect } from 'chai';
import { LEAF_BYTES } from '../../src/endpoint/change-payload.js';
import type { PayloadWriter } from '../../src/endpoint/payload-writer.js';
import type { DmError } from '../../src/model/error.js';
import { type Gfid, ROOT_GFID } from '../../src/model/ids.js';
import type { WriteRequest } from '../../src/rpc/generated/peer/datamover/v1/WriteRequest.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  content,
  END,
  fileHead,
  gfid,
  HostileDataset,
  leavesOf,
  wholeFile,
  withSession,
} from './hostile-dataset.js';
import { HostilePeer } from './hostile-peer.js';
import { withstands } from './withstands.js';

/** What a terminal would obey; a new line is fine. */
const CONTROL = /(?!\n)\p{Cc}/u;
const ZERO_DIGEST = Buffer.alloc(32);

describe('hostile change streams', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let peer: HostilePeer;
  let plain: HostilePeer;
  let next = 0;

  before('start agents', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'victim' }, { name: 'careful', extra: ['--peer-access=read,create,write'] }],
      accounts: false,
    });
    peer = await HostilePeer.connect(agents.agent('victim'));
    plain = await HostilePeer.connect(agents.agent('careful'));
  });
  after('stop them', async () => {
    peer?.[Symbol.dispose]();
    plain?.[Symbol.dispose]();
    await agents?.[Symbol.asyncDispose]();
  });

  const { logged } = withstands({ agents: () => agents, name: 'victim' });
  const freshTarget = (agent = 'victim') => agents.root(agent, `target-${next++}`);

  /** Sends the dataset and commits; the error of whatever was refused, or null. */
  async function receive(
    dataset: HostileDataset,
    target: string,
    requests: WriteRequest[] = [],
    to = peer,
  ): Promise<DmError | null> {
    const session = await to.begin(await dataset.offer(target));
    try {
      await to.send(...withSession(session, dataset.structure(), ...requests, END));
      await to.commit(session);
      return null;
    } catch (error) {
      await to.abort(session);
      return error as DmError;
    }
  }

  /** Nothing may be at the target, and the agent must have refused by a code, not by a defect. */
  async function expectRefused(dataset: HostileDataset, requests: WriteRequest[] = []) {
    const target = freshTarget();
    const error = await receive(dataset, target, requests);
    expect(error, 'it was accepted').to.not.equal(null);
    expect(error?.code, error?.message).to.be.oneOf(['protocol_error', 'corrupt']);
    expect(existsSync(target)).to.equal(false);
    await logged('protocol_error', 'corrupt');
  }

  describe('28: names', () => {
    for (const [what, name] of [
      ['empty', ''],
      ['.', '.'],
      ['..', '..'],
      ['with a slash', 'a/b'],
      ['absolute', '/etc'],
      ['with a NUL', 'a\0b'],
      ['of 256 bytes', 'x'.repeat(256)],
    ] as const) {
      it(`${what}: refused`, () => expectRefused(new HostileDataset().add(gfid(2), name, 'dir')));
      it(`${what}, of a further name: refused`, () =>
        expectRefused(
          new HostileDataset()
            .add(gfid(2), 'good', 'fifo', { nlink: 2 })
            .entry(ROOT_GFID, name, gfid(2), 'fifo')
            .link(gfid(2), ROOT_GFID, name),
        ));
    }

    it('255 bytes, a backslash, a newline, ESC and bytes that are no UTF-8 are names', async () => {
      const names = [
        Buffer.from('x'.repeat(255)),
        Buffer.from('..\\..\\x'),
        Buffer.from('line\nbreak'),
        Buffer.from('\x1b[2Jescape'),
        Buffer.from([0xff, 0xfe]),
      ];
      const dataset = new HostileDataset();
      for (const [at, name] of names.entries()) dataset.add(gfid(2 + at), name, 'dir');
      const target = freshTarget();
      expect(await receive(dataset, target)).to.equal(null);
      const found = readdirSync(target, { encoding: 'buffer' }).map((name) => name.toString('hex'));
      expect(found).to.have.members(names.map((name) => name.toString('hex')));
    });
  });

  describe('37: twins', () => {
    it('in case and normalisation are names of their own, of which none takes the place of another', async () => {
      const names = ['Twin', 'twin', 'TWIN', 'caf\u00e9', 'cafe\u0301', '\u212a', 'K', 'k'];
      const dataset = new HostileDataset();
      const bring = names.map((name, at) => {
        const id = gfid(64 * at + 2);
        dataset.add(id, name, 'file', { size: BigInt(Buffer.byteLength(name)) });
        return content((writer) => wholeFile(writer, id, Buffer.from(name)));
      });
      const target = freshTarget();
      expect(await receive(dataset, target, bring)).to.equal(null);
      expect(readdirSync(target)).to.have.members(names);
      for (const name of names) expect(readFileSync(`${target}/${name}`, 'utf8')).to.equal(name);
    });

    it('of the same name: refused', () =>
      expectRefused(new HostileDataset().add(gfid(2), 'twin', 'dir').add(gfid(3), 'twin', 'dir')));
  });

  describe('31: structure that is no tree', () => {
    const two = gfid(2);
    const three = gfid(3);
    for (const [what, dataset] of [
      ['an entry without an inode', new HostileDataset().entry(ROOT_GFID, 'x', two, 'file')],
      ['an inode without an entry', new HostileDataset().inode(two, 'dir')],
      [
        'a cycle of directories',
        new HostileDataset()
          .add(two, 'a', 'dir', { parent: three })
          .add(three, 'b', 'dir', { parent: two }),
      ],
      ['a directory in itself', new HostileDataset().add(two, 'a', 'dir', { parent: two })],
      ['the root as an entry', new HostileDataset().entry(ROOT_GFID, 'root', ROOT_GFID, 'dir')],
      [
        'two parents for one directory',
        new HostileDataset().add(two, 'a', 'dir').entry(ROOT_GFID, 'b', two, 'dir'),
      ],
      [
        'two parents, told as a hard link',
        new HostileDataset()
          .add(two, 'a', 'dir')
          .entry(ROOT_GFID, 'b', two, 'dir')
          .link(two, ROOT_GFID, 'b'),
      ],
      [
        'a symlink with files in it',
        new HostileDataset()
          .add(two, 'a', 'symlink', { symlinkTarget: Buffer.from('/etc') })
          .add(three, 'x', 'file', { parent: two }),
      ],
      [
        'another type in the entry than in the inode',
        new HostileDataset()
          .inode(two, 'symlink', { name: Buffer.from('a'), symlinkTarget: Buffer.from('/etc') })
          .entry(ROOT_GFID, 'a', two, 'dir'),
      ],
      [
        'a file below a file',
        new HostileDataset().add(two, 'a', 'file').add(three, 'x', 'file', { parent: two }),
      ],
      [
        'a hard link to what is not there',
        new HostileDataset().entry(ROOT_GFID, 'x', two, 'file').link(two, ROOT_GFID, 'x'),
      ],
      ['a number of names that is a lie', new HostileDataset().add(two, 'a', 'fifo', { nlink: 3 })],
      [
        'a root that is a file',
        (() => {
          const dataset = new HostileDataset();
          dataset.inodes.length = 0;
          return dataset.inode(ROOT_GFID, 'file', { name: Buffer.alloc(0) });
        })(),
      ],
      [
        'no root',
        (() => {
          const dataset = new HostileDataset();
          dataset.inodes.length = 0;
          return dataset;
        })(),
      ],
      [
        'the same name twice',
        (() => {
          const dataset = new HostileDataset().add(two, 'a', 'dir');
          return dataset.entry(ROOT_GFID, 'a', three, 'dir').inode(three, 'dir');
        })(),
      ],
      [
        'a record cut off',
        (() => {
          const dataset = new HostileDataset().add(two, 'a', 'dir');
          dataset.inodes.push({ key: Buffer.alloc(8, 9), value: Buffer.from([2, 0, 0]) });
          return dataset;
        })(),
      ],
      [
        'a key that is none',
        (() => {
          const dataset = new HostileDataset();
          dataset.entries.push({ key: Buffer.from([1, 2]), value: Buffer.alloc(9, 1) });
          return dataset;
        })(),
      ],
    ] as const) {
      it(`${what}: refused`, () => expectRefused(dataset));
    }

    it('no file goes through a symlink that came before it', async () => {
      const outside = agents.scratch('outside');
      mkdirSync(outside);
      const dataset = new HostileDataset()
        .add(two, 'a', 'symlink', { symlinkTarget: Buffer.from(outside) })
        .add(three, 'b', 'file', { size: 4n });
      const target = freshTarget();
      const sent = content((writer) => wholeFile(writer, three, Buffer.from('evil')));
      expect(await receive(dataset, target, [sent])).to.equal(null);
      expect(readlinkSync(`${target}/a`)).to.equal(outside);
      // The next dataset says that the symlink is a directory with a file in it.
      const after = new HostileDataset(dataset.tree)
        .add(gfid(4), 'a', 'dir')
        .add(gfid(5), 'planted', 'file', { parent: gfid(4), size: 4n })
        .add(three, 'b', 'file', { size: 4n });
      const base = {
        id: dataset.id,
        root_digest: (await dataset.offer(target)).dataset?.root_digest ?? '',
      };
      const removed = (writer: PayloadWriter) => {
        writer.map('entries');
        for (const { key, value } of after.entries.slice(0, 2)) writer.put(key, value);
        writer.map('inodes');
        writer.delete(dataset.inodes[1]?.key ?? Buffer.alloc(8));
        for (const { key, value } of after.inodes.slice(1, 3)) writer.put(key, value);
      };
      const session = await peer.begin(await after.offer(target, { base }));
      const structure = content(removed);
      await peer.send(
        ...withSession(
          session,
          { batch: { ...structure.batch, phase: 'PHASE_STRUCTURE' } },
          content((writer) => wholeFile(writer, gfid(5), Buffer.from('evil'))),
          END,
        ),
      );
      await peer.commit(session);
      expect(readdirSync(outside)).to.deep.equal([]);
      expect(readFileSync(`${target}/a/planted`, 'utf8')).to.equal('evil');
    });
  });

  describe('47: numbers out of range', () => {
    const file = (change: Parameters<HostileDataset['inode']>[2]) =>
      new HostileDataset().add(gfid(2), 'f', 'file', change);
    for (const [what, dataset] of [
      ['a size of 2^63', file({ size: 1n << 63n })],
      ['a size of 2^64 - 1', file({ size: (1n << 64n) - 1n })],
      ['a size of 2^53 without content', file({ size: 1n << 53n })],
      ['the size of a directory', new HostileDataset().add(gfid(2), 'd', 'dir', { size: 1n })],
      ['a mode of 17 bits', file({ mode: 0o200000 })],
      ['the owner -1', file({ uid: 0xffffffff })],
      ['no name at all', file({ nlink: 0 })],
      ['unknown flags', file({ flags: 0x40000000 })],
    ] as const) {
      it(`${what}: refused`, () => expectRefused(dataset));
    }

    it('times before 1970 and after 2446 do not stop the copy', async () => {
      const dataset = new HostileDataset()
        .add(gfid(2), 'old', 'dir', { mtimeNs: -(1n << 62n) })
        .add(gfid(3), 'new', 'dir', { mtimeNs: 1n << 90n })
        .add(gfid(4), 'ancient', 'dir', { mtimeNs: -(1n << 100n) });
      const target = freshTarget();
      expect(await receive(dataset, target)).to.equal(null);
      expect(readdirSync(target).length).to.equal(3);
    });
  });

  describe('48: content that is not what it says', () => {
    const id = gfid(2);
    const size = 3 * LEAF_BYTES;
    const bytes = Buffer.alloc(size, 7);
    const dataset = () => new HostileDataset().add(id, 'f', 'file', { size: BigInt(size) });
    const data = (writer: PayloadWriter, from: number, to: number) =>
      writer.data(BigInt(from), to - from).set(bytes.subarray(from, to));
    for (const [what, fill] of [
      [
        'overlapping ranges',
        (writer: PayloadWriter) => {
          data(writer, 0, LEAF_BYTES);
          data(writer, 100, LEAF_BYTES);
        },
      ],
      [
        'ranges out of order',
        (writer: PayloadWriter) => {
          data(writer, LEAF_BYTES, size);
          data(writer, 0, LEAF_BYTES);
        },
      ],
      [
        'a gap',
        (writer: PayloadWriter) => {
          data(writer, 0, LEAF_BYTES);
          data(writer, 2 * LEAF_BYTES, size);
        },
      ],
      [
        'bytes beyond the end',
        (writer: PayloadWriter) => {
          data(writer, 0, size);
          writer.data(BigInt(size), 1).fill(1);
        },
      ],
      [
        'an offset of 2^63',
        (writer: PayloadWriter) => {
          writer.data(1n << 63n, 1).fill(1);
        },
      ],
      ['a hole of 2^64 - 1', (writer: PayloadWriter) => writer.hole(1n, (1n << 64n) - 1n)],
      ['a hole of nothing', (writer: PayloadWriter) => writer.hole(0n, 0n)],
      [
        'leaves beyond the end',
        (writer: PayloadWriter) => {
          data(writer, 0, size);
          writer.leaves(0, [...leavesOf(bytes), ZERO_DIGEST]);
        },
      ],
      [
        'leaves out of order',
        (writer: PayloadWriter) => {
          data(writer, 0, size);
          writer.leaves(1, [ZERO_DIGEST]);
        },
      ],
      [
        'a leaf number of 2^53',
        (writer: PayloadWriter) => {
          data(writer, 0, size);
          writer.leaves(Number.MAX_SAFE_INTEGER, [ZERO_DIGEST]);
        },
      ],
      ['a leaf before its bytes', (writer: PayloadWriter) => writer.leaves(0, leavesOf(bytes))],
      ['no digests', (writer: PayloadWriter) => data(writer, 0, size)],
      [
        'wrong digests',
        (writer: PayloadWriter) => {
          data(writer, 0, size);
          writer.leaves(0, [ZERO_DIGEST, ZERO_DIGEST, ZERO_DIGEST]);
        },
      ],
      [
        'data told as a hole',
        (writer: PayloadWriter) => {
          data(writer, 0, size);
          writer.leaves(0, [null, null, null]);
        },
      ],
    ] as const) {
      it(`${what}: the file is not made`, async () => {
        const target = freshTarget();
        await receive(dataset(), target, [
          content((writer) => {
            fileHead(writer, id, size);
            fill(writer);
            writer.end();
          }),
        ]);
        expect(existsSync(`${target}/f`)).to.equal(false);
      });
    }

    for (const [what, requests] of [
      ['no content at all', []],
      ['a file without its end', [content((writer) => fileHead(writer, id, size))]],
      ['another size than the inode', [content((writer) => fileHead(writer, id, 1))]],
      ['content of a directory', [content((writer) => fileHead(writer, ROOT_GFID, 0))]],
      ['content of an unknown file', [content((writer) => fileHead(writer, gfid(99), 0))]],
      ['data outside a file', [content((writer) => writer.data(0n, 1).fill(1))]],
      ['structure among the content', [content((writer) => writer.map('entries'))]],
      ['an unknown lane', [content((writer) => fileHead(writer, id, size), 15)]],
      [
        'an unknown record',
        [
          content((writer) => {
            writer.map('side');
            writer.rewind(1);
          }),
        ],
      ],
      [
        'a file that goes on and never began',
        [
          content((writer) =>
            writer.file({
              gfid: id,
              version: 7n,
              size: BigInt(size),
              basis: null,
              continued: true,
            }),
          ),
        ],
      ],
      ['the structure twice', [dataset().structure()]],
    ] as const) {
      it(`${what}: refused`, async () => {
        const made = dataset();
        const target = freshTarget();
        const error = await receive(made, target, [...requests]);
        expect(error?.code, error?.message).to.be.oneOf(['protocol_error', 'dataset_incomplete']);
        expect(existsSync(target)).to.equal(false);
      });
    }

    it('a structure of another digest: refused', async () => {
      const target = freshTarget();
      const honest = new HostileDataset().add(gfid(2), 'a', 'dir');
      const other = new HostileDataset().add(gfid(2), 'b', 'dir');
      const session = await peer.begin(await honest.offer(target));
      const sent = peer.send(...withSession(session, other.structure(), END));
      const error = await sent.then(
        () => null,
        (failure: DmError) => failure,
      );
      expect(error?.code).to.equal('corrupt');
      expect(existsSync(target)).to.equal(false);
    });
  });

  describe('33: a basis that is not the base’s', () => {
    for (const [what, basis] of [
      ['of an unknown file', { gfid: gfid(0xdead), version: 7n }],
      ['of the symlink to a secret', { gfid: gfid(3), version: 0n }],
      ['of a directory', { gfid: ROOT_GFID as Gfid, version: 0n }],
    ] as const) {
      it(`${what}: the file is asked for whole`, async () => {
        const secret = agents.scratch('secret');
        writeFileSync(secret, 'x'.repeat(100));
        const dataset = new HostileDataset()
          .add(gfid(2), 'f', 'file', { size: 100n })
          .add(gfid(3), 'link', 'symlink', { symlinkTarget: Buffer.from(secret) });
        const target = freshTarget();
        const session = await peer.begin(await dataset.offer(target));
        const acks = await peer.send(
          ...withSession(
            session,
            dataset.structure(),
            content((writer) => {
              writer.file({ gfid: gfid(2), version: 7n, size: 100n, basis, continued: false });
              writer.end();
            }),
            END,
          ),
        );
        expect(acks.flatMap(({ needs }) => needs)).to.deep.equal(['2']);
        const error = await peer.commit(session).then(
          () => null,
          (failure: DmError) => failure,
        );
        expect(error?.code).to.equal('dataset_incomplete');
        await peer.abort(session);
        expect(existsSync(target)).to.equal(false);
      });
    }

    it('a leaf of the basis that would change without its digest: the file is not made', async () => {
      const target = freshTarget();
      const first = new HostileDataset().add(gfid(2), 'f', 'file', { size: 4n });
      const sent = content((writer) => wholeFile(writer, gfid(2), Buffer.from('good')));
      expect(await receive(first, target, [sent])).to.equal(null);
      const second = new HostileDataset(first.tree);
      second.add(gfid(2), 'f', 'file', { size: 4n, version: 8n });
      const root = (await first.offer(target)).dataset?.root_digest ?? '';
      const offer = await second.offer(target, { base: { id: first.id, root_digest: root } });
      const session = await peer.begin(offer);
      const basis = { gfid: gfid(2), version: 7n };
      await peer
        .send(
          ...withSession(
            session,
            second.structure(),
            content((writer) => {
              writer.file({ gfid: gfid(2), version: 8n, size: 4n, basis, continued: false });
              writer.data(0n, 4).set(Buffer.from('evil'));
              writer.end();
            }),
            END,
          ),
        )
        .catch(() => undefined);
      await peer.commit(session).catch(() => undefined);
      expect(readFileSync(`${target}/f`, 'utf8')).to.equal('good');
    });
  });

  describe('38, 39: metadata without the privileged right', () => {
    const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
    const xattrs = [
      { name: Buffer.from('security.capability'), value: capability },
      { name: Buffer.from('trusted.overlay.opaque'), value: Buffer.from('y') },
      { name: Buffer.from('user.mine'), value: Buffer.from('kept') },
    ];
    const dataset = () =>
      new HostileDataset()
        .add(gfid(2), 'suid', 'file', { size: 4n, mode: 0o6755, xattrs })
        .add(gfid(3), 'null', 'char', { rdevMajor: 1, rdevMinor: 3, mode: 0o666 })
        .add(gfid(4), 'disk', 'block', { rdevMajor: 8, rdevMinor: 0, mode: 0o666 })
        .add(gfid(5), 'sgid', 'dir', { mode: 0o2777 })
        .add(gfid(6), 'odd', 'file', {
          size: 4n,
          uid: 4_000_000,
          gid: 4_000_001,
          userName: 'none',
        });
    const files = content((writer) => {
      wholeFile(writer, gfid(2), Buffer.from('evil'));
      wholeFile(writer, gfid(6), Buffer.from('mine'));
    });

    it('setuid, devices, capabilities and trusted.* are left out and told', async () => {
      const target = freshTarget('careful');
      const made = dataset();
      expect(await receive(made, target, [files], plain)).to.equal(null);
      expect(lstatSync(`${target}/suid`).mode & 0o7777).to.equal(0o755);
      expect(lstatSync(`${target}/sgid`).mode & 0o7777).to.equal(0o777);
      expect(existsSync(`${target}/null`)).to.equal(false);
      expect(existsSync(`${target}/disk`)).to.equal(false);
      const dump = execFileSync('getfattr', ['-d', '-m', '-', `${target}/suid`]).toString();
      expect(dump)
        .to.include('user.mine')
        .and.not.match(/security\.capability|trusted\./);
      const [listed] = await dmJson<{ dataset_state: string }[]>(
        agents.agent('careful'),
        'datasets',
        'list',
      );
      expect(listed?.dataset_state).to.equal('COMPLETE_PARTIAL');
    });

    it('an owner that maps to nothing stays that number', () => {
      const found = readdirSync(agents.root('careful')).filter((name) => name.startsWith('target'));
      const { uid, gid } = lstatSync(agents.root('careful', found[0] ?? '', 'odd'));
      expect({ uid, gid }).to.deep.equal({ uid: 4_000_000, gid: 4_000_001 });
    });
  });

  describe('40: .datamover as a name', () => {
    it('at the top of the target is a directory like any other', async () => {
      const dataset = new HostileDataset()
        .add(gfid(2), '.datamover', 'dir')
        .add(gfid(3), 'format.json', 'file', { parent: gfid(2), size: 4n });
      const target = freshTarget();
      const sent = content((writer) => wholeFile(writer, gfid(3), Buffer.from('evil')));
      expect(await receive(dataset, target, [sent])).to.equal(null);
      const format = readFileSync(agents.root('victim', '.datamover', 'format.json'), 'utf8');
      expect(format).to.include('rootId');
    });
  });

  describe('50, 68: floods and texts', () => {
    it('failures of files that are not there, and texts without end: refused', async () => {
      const failure = (id: number, code: number, message: number) => {
        const head = Buffer.alloc(9, 0x15);
        head.writeBigUInt64BE(BigInt(id), 1);
        return Buffer.concat([head, longText(code), longText(message)]);
      };
      for (const payload of [failure(77, 8, 8), failure(2, 8, 100_000), failure(2, 100_000, 8)]) {
        const dataset = new HostileDataset().add(gfid(2), 'f', 'file', { size: 4n });
        const sent = content(() => undefined);
        await expectRefused(dataset, [{ batch: { ...sent.batch, payload } }]);
      }
    });

    it('the text of a failure shows no control characters', async () => {
      const dataset = new HostileDataset().add(gfid(2), '\x1b[31mf', 'file', { size: 4n });
      const target = freshTarget();
      const sent = content((writer) => writer.failure(gfid(2), 'io_error', '\x1b]0;owned\x07'));
      expect(await receive(dataset, target, [sent])).to.equal(null);
      const all = await dmJson<{ id: number; dataset_base_path: string }[]>(
        agents.agent('victim'),
        'datasets',
        'list',
      );
      const mine = all.find(({ dataset_base_path }) => dataset_base_path === target);
      const view = await dm(agents.agent('victim'), 'datasets', 'view', String(mine?.id));
      const list = await dm(agents.agent('victim'), 'datasets', 'list');
      for (const { stdout } of [view, list]) expect(stdout).to.not.match(CONTROL);
      const log = readFileSync(agents.scratch('victim.log'), 'utf8');
      expect(log).to.not.match(CONTROL);
    });

    it('a tree of depth 1,000 comes and goes', async function () {
      this.timeout(120_000);
      const dataset = new HostileDataset();
      for (let depth = 0; depth < 1_000; depth++) {
        dataset.add(gfid(2 + depth), 'd', 'dir', { parent: gfid(depth === 0 ? 1 : 1 + depth) });
      }
      const target = freshTarget();
      expect(await receive(dataset, target)).to.equal(null);
      const empty = new HostileDataset(dataset.tree);
      const root = (await dataset.offer(target)).dataset?.root_digest ?? '';
      const session = await peer.begin(
        await empty.offer(target, { base: { id: dataset.id, root_digest: root } }),
      );
      const gone = content((writer) => {
        writer.map('entries');
        const keys = (puts: readonly { key: Uint8Array }[]) =>
          puts.map(({ key }) => key).sort(Buffer.compare);
        for (const key of keys(dataset.entries)) writer.delete(key);
        writer.map('inodes');
        for (const key of keys(dataset.inodes.slice(1))) writer.delete(key);
      });
      const structure = { batch: { ...gone.batch, phase: 'PHASE_STRUCTURE' as const } };
      await peer.send(...withSession(session, structure, END));
      await peer.commit(session);
      expect(readdirSync(target)).to.deep.equal([]);
    });
  });

  it('the agent has no defect on its record', () => {
    const log = readFileSync(agents.scratch('victim.log'), 'utf8');
    expect(log).to.not.match(/"code":"internal"|unexpected|uncaught/i);
  });
});

/** A text with its length, 1 to 2^21 - 1. */
function longText(length: number): Buffer {
  const varint = [(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14];
  return Buffer.concat([Buffer.from(varint), Buffer.alloc(length, 0x78)]);
}

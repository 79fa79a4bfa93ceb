import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { backupVerifiers } from '../../../../../src/assembly/verify-backup.js';
import type { BadEntry } from '../../../../../src/endpoint/dataset-maker.js';
import { deleteStoredDataset } from '../../../../../src/endpoint/object/delete-dataset.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { DmError } from '../../../../../src/model/error.js';
import type { ObjectStore } from '../../../../../src/repository/object-store.js';
import { disturbed } from '../../../../support/disturbed-store.js';
import { makeOddTree } from '../../../../support/e2e-trees.js';
import {
  ACCESS_ID,
  BUCKET,
  S3Server,
  SECRET_KEY,
} from '../../../../support/s3-server/s3-server.js';
import { openTestStore, QUICK } from '../../../../support/s3-store.js';
import { BASE_PATH, ObjectFixture } from './object-fixture.js';

const MIB = 1_048_576;

class BucketFixture extends ObjectFixture {
  constructor(readonly server: S3Server) {
    super();
  }

  override async openStore(): Promise<ObjectStore> {
    // What must not break off here does not, on however busy a machine.
    const patient = { ...QUICK, answerMs: 30_000 };
    return this.wrap(await openTestStore(this.server.endpoint, {}, patient));
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

for (const kind of ['directory', 'bucket'] as const) {
  describe(`plain objects in a ${kind}`, function () {
    this.timeout(120_000);
    let fixture: ObjectFixture;

    beforeEach(async () => {
      fixture =
        kind === 'directory' ? new ObjectFixture() : new BucketFixture(await S3Server.open());
      fixture.plain = true;
    });
    afterEach(() => fixture[Symbol.asyncDispose]());

    async function copyOut(dataset?: DatasetInfo): Promise<DatasetInfo> {
      const { dataset: made } = await fixture.backUp(dataset);
      if (made === null) throw new Error('no dataset was made');
      return made;
    }

    async function keys(): Promise<string[]> {
      await using store = await fixture.openStore();
      const found: string[] = [];
      for await (const page of store.list(`${BASE_PATH}/`, {}, fixture.signal)) {
        for (const { key } of page) found.push(key.slice(BASE_PATH.length + 1));
      }
      return found;
    }

    /** The plain objects, without the catalog. */
    const plainKeys = async (): Promise<string[]> =>
      (await keys()).filter((key) => !/^\.datamover\/(?!files\/)/.test(key));

    async function bytesOf(key: string): Promise<Buffer> {
      await using store = await fixture.openStore();
      const chunks: Uint8Array[] = [];
      for await (const chunk of store.get(`${BASE_PATH}/${key}`, null, fixture.signal)) {
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    }

    async function refusalOf(work: Promise<unknown>): Promise<string> {
      const error = await work.then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error instanceof DmError) return `${error.code}: ${error.message}`;
      throw error ?? new Error('nothing was refused');
    }

    async function verify(how: 'verify' | 'verifyQuick', number: number): Promise<BadEntry[]> {
      const workPath = mkdtempSync(join(tmpdir(), 'plain-verify-'));
      try {
        const bad: BadEntry[] = [];
        await using store = await fixture.openStore();
        const source = await fixture.makeSource();
        const verifiers = backupVerifiers({ source, store, workPath });
        await verifiers[how]({ number }, (told) => void bad.push(...told.bad), fixture.signal);
        return bad;
      } finally {
        rmSync(workPath, { recursive: true });
      }
    }

    it('are the files by their paths, and come back with everything', async () => {
      const { copy } = fixture;
      await makeOddTree(copy.source);
      copy.sh(
        'head -c 20000000 /dev/urandom > large; truncate -s 3000000 sparse; echo end >> sparse; truncate -s 70000 hole;' +
          'mkdir -p .datamover empty; echo mine > .datamover/format.json; echo {} > format.json; : > nothing',
      );
      const dataset = await copyOut();
      expect(dataset).to.deep.include({
        type: 'FILE_ON_OBJECT_COPY',
        basePath: Buffer.from(BASE_PATH),
      });
      for (const path of ['large', 'sparse', 'hole', 'nothing', 'format.json', 'names/-rf/ ']) {
        expect((await bytesOf(path)).equals(readFileSync(join(copy.source, path)))).to.equal(true);
      }
      const files = new Set(copy.sh('find . -type f -printf "%i\\n"').trim().split('\n'));
      const there = await plainKeys();
      expect(there).to.have.length(files.size);
      expect(there.some((key) => /^\.datamover\/files\/[0-9a-f]{16}$/.test(key))).to.equal(true);
      expect(await verify('verifyQuick', dataset.number)).to.deep.equal([]);
      expect(await verify('verify', dataset.number)).to.deep.equal([]);
      const outcome = await copy.copy(dataset, null, { source: await fixture.makeSource() });
      expect(outcome.failures).to.deep.equal([]);
      copy.expectSame();
    });

    it('are read from any byte to any other, checked', async () => {
      fixture.copy.sh('head -c 3000000 /dev/urandom > file');
      const whole = readFileSync(join(fixture.copy.source, 'file'));
      const dataset = await copyOut();
      const source = await fixture.makeSource();
      await using reader = await source.open({ number: dataset.number }, fixture.signal);
      const entry = await reader.lookup([Buffer.from('file')], fixture.signal);
      if (entry === null) throw new Error('the file is not listed');
      for (const [from, length] of [
        [0, 1],
        [65_535, 2],
        [1_000_001, 1_100_000],
        [2_999_990, 10],
      ] as const) {
        const chunks: Uint8Array[] = [];
        const range = reader.read(entry.gfid, BigInt(from), BigInt(length), fixture.signal);
        for await (const chunk of range) chunks.push(chunk);
        const read = Buffer.concat(chunks);
        expect(read.equals(whole.subarray(from, from + length))).to.equal(true);
      }
    });

    it('that are other, shorter or gone fail the files, by name, and the rest comes back', async () => {
      const { copy } = fixture;
      copy.sh('for i in one two three four; do head -c 200000 /dev/urandom > $i; done');
      const dataset = await copyOut();
      await using store = await fixture.openStore();
      const bytes = await bytesOf('one');
      bytes[100_000] = (bytes[100_000] ?? 0) ^ 1;
      await store.put(`${BASE_PATH}/one`, bytes, {}, fixture.signal);
      await store.put(`${BASE_PATH}/two`, bytes.subarray(0, 1000), {}, fixture.signal);
      await store.delete([`${BASE_PATH}/three`], fixture.signal);
      const named = (bad: BadEntry[]) => bad.map(({ path }) => Buffer.from(path).toString()).sort();
      expect(named(await verify('verifyQuick', dataset.number))).to.deep.equal(['three', 'two']);
      expect(named(await verify('verify', dataset.number))).to.deep.equal(['one', 'three', 'two']);
      const outcome = await copy.copy(dataset, null, { source: await fixture.makeSource() });
      expect(outcome.failures.map(({ path }) => path).sort()).to.deep.equal([
        'one',
        'three',
        'two',
      ]);
      expect(readFileSync(join(copy.target, 'four'))).to.deep.equal(
        readFileSync(join(copy.source, 'four')),
      );
    });

    it('come into nothing only, and go with their dataset and nothing else', async () => {
      const { copy } = fixture;
      copy.sh('mkdir d; echo one > d/one; echo two > two');
      const first = await copyOut();
      copy.sh('echo more > more');
      expect(await refusalOf(fixture.backUp())).to.match(/^target_not_empty: .*copy of dataset 1/);
      await using store = await fixture.openStore();
      const foreign = `${BASE_PATH}/d/foreign`;
      await store.put(foreign, Buffer.from('mine'), {}, fixture.signal);
      await fixture.deleteDataset(first.number, store);
      expect(await plainKeys()).to.deep.equal(['d/foreign']);
      expect(await refusalOf(fixture.backUp())).to.match(/^target_not_empty: .*d\/foreign/);
      await store.delete([foreign], fixture.signal);
      const second = await copyOut();
      expect(second.number).to.equal(2);
      expect(await plainKeys()).to.deep.equal(['d/one', 'more', 'two']);
    });

    it('whose deletion broke off are no copy, and are put again', async () => {
      const { copy } = fixture;
      copy.sh('for i in one two three; do echo $i > $i; done');
      const dataset = await copy.capture();
      const first = await copyOut(dataset);
      await using store = await fixture.openStore();
      const dying = disturbed(store, ({ call, key }, apply) =>
        call === 'put' && key.includes('/deleted/')
          ? Promise.reject(new DmError('shutting_down', 'killed'))
          : apply(),
      );
      const { number } = first;
      const broken = fixture.deleteDataset(number, dying);
      expect(await refusalOf(broken)).to.match(/^shutting_down/);
      expect(await plainKeys()).to.deep.equal([]);
      const again = await copyOut(dataset);
      expect(again.number).to.equal(number + 1);
      expect(await plainKeys()).to.have.length(3);
      expect(await verify('verify', again.number)).to.deep.equal([]);
      const mark = `${BASE_PATH}/.datamover/copy.json`;
      await store.put(mark, Buffer.from('{"format":1}'), {}, fixture.signal);
      expect(await refusalOf(copyOut(dataset))).to.match(/^target_not_empty: .*another dataset/);
      expect(await plainKeys()).to.have.length(3);
    });

    it('are not put where those of the dataset are still being deleted', async () => {
      const { copy, sessions } = fixture;
      copy.sh('for i in one two three; do echo $i > $i; done');
      const dataset = await copy.capture();
      const { number } = await copyOut(dataset);
      await using store = await fixture.openStore();
      let goOn: () => void = () => undefined;
      const waiting = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      let begun: () => void = () => undefined;
      const isDeleting = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const slow = disturbed(store, async ({ call, key }, apply) => {
        if (call !== 'delete' || key.includes('.datamover')) return apply();
        begun();
        await waiting;
        return apply();
      });
      const deletion = deleteStoredDataset(number, { store: slow, sessions }, fixture.signal);
      await isDeleting;
      const again = copyOut(dataset);
      // Long enough for a copy that does not wait: its mark would be there.
      for (let look = 0; look < 50; look++) {
        expect(await store.head(`${BASE_PATH}/.datamover/copy.json`, fixture.signal)).to.equal(
          null,
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      goOn();
      await deletion;
      const second = await again;
      expect(await plainKeys()).to.deep.equal(['one', 'three', 'two']);
      expect(await verify('verify', second.number)).to.deep.equal([]);
    });

    it('of a copy that broke off are put again by the same copy, and by no other', async () => {
      const { copy } = fixture;
      copy.sh('head -c 12000000 /dev/urandom > large; for i in $(seq 30); do echo $i > f$i; done');
      const dataset = await copy.capture();
      const { wrap } = fixture;
      fixture.wrap = (store) => failing(store, /\/\.datamover\/packs\/pages\//);
      expect(await refusalOf(fixture.backUp(dataset))).to.match(/^store_refused/);
      fixture.wrap = wrap;
      expect((await plainKeys()).length).to.be.greaterThan(0);
      copy.sh('echo other > other');
      const other = await copy.capture();
      expect(await refusalOf(fixture.backUp(other))).to.match(/^target_not_empty/);
      const made = await copyOut(dataset);
      expect(made.id).to.equal(dataset.id);
      expect(await plainKeys()).to.have.length(31);
      expect(await verify('verify', made.number)).to.deep.equal([]);
    });

    it('go on where they broke off: finished ones are not sent again, unfinished uploads go', async () => {
      const { copy, wrap } = fixture;
      copy.sh('for i in $(seq 300); do head -c 20000 /dev/urandom > f$i; done');
      copy.sh('head -c 12000000 /dev/urandom > large; truncate -s 900000 hole; : > nothing');
      const dataset = await copy.capture();
      const puts = new Map<string, number>();
      let broken: string[] = [];
      /** Breaks off when so many plain objects are there. */
      const breakingAfter = (limit: number) => (store: ObjectStore) =>
        disturbed(store, async ({ call, key }, apply) => {
          const isPlain = key.startsWith(`${BASE_PATH}/`) && !key.includes('/.datamover/');
          if (!isPlain || !call.startsWith('put')) return apply();
          if (puts.size >= limit) {
            broken.push(key);
            throw new DmError('store_unreachable', 'the store is gone; try again');
          }
          await apply();
          // Those that were on their way when it broke off are not finished.
          puts.set(key, (puts.get(key) ?? 0) + 1);
        });
      for (const limit of [40, 150, 290]) {
        broken = [];
        fixture.wrap = breakingAfter(limit);
        expect(await refusalOf(fixture.backUp(dataset))).to.match(/^store_unreachable/);
        expect(broken).to.not.be.empty;
      }
      if (fixture instanceof BucketFixture) {
        const refused = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
        // Requests that were given up before may come to the server only now.
        const always = { times: Number.POSITIVE_INFINITY };
        fixture.server.fault('CompleteMultipartUpload', refused, always);
        fixture.server.fault('AbortMultipartUpload', refused, always);
        await using store = await openTestStore(fixture.server.endpoint);
        const parts = (async function* () {
          for (let i = 0; i < 9; i++) yield Buffer.alloc(MIB, i);
        })();
        await refusalOf(store.putStream(`${BASE_PATH}/large`, parts, {}, fixture.signal));
        fixture.server.faults.verify();
        expect(fixture.server.unfinishedUploads).to.be.greaterThan(0);
      }
      // One that was finished is deleted by somebody.
      const [victim = '', replaced = ''] = puts.keys();
      fixture.wrap = wrap;
      const store = await fixture.openStore();
      await store.delete([victim], fixture.signal);
      // Over another one somebody puts, later, something of the same size.
      const info = await store.head(replaced, fixture.signal);
      if (fixture instanceof BucketFixture) fixture.server.ageMs += 60_000;
      await store.put(replaced, Buffer.alloc(info?.size ?? 0, 1), {}, fixture.signal);
      if (!(fixture instanceof BucketFixture)) {
        const later = Date.now() / 1000 + 60;
        utimesSync(join(fixture.directory, replaced), later, later);
      }
      fixture.wrap = breakingAfter(1000);
      const made = await copyOut(dataset);
      expect(puts.size).to.equal(303);
      const again = [...puts].filter(([, count]) => count !== 1);
      expect(again).to.have.deep.members([
        [victim, 2],
        [replaced, 2],
      ]);
      fixture.wrap = wrap;
      expect(await verify('verify', made.number)).to.deep.equal([]);
      if (fixture instanceof BucketFixture) expect(fixture.server.unfinishedUploads).to.equal(0);
    });

    it('are refused where they would not be encrypted, and where catalogs of others lie', async () => {
      fixture.copy.sh('echo x > x');
      fixture.secret = Buffer.alloc(32, 1);
      expect(await refusalOf(fixture.backUp())).to.match(/^not_supported: .*encryption key/);
      fixture.secret = null;
      const target = await fixture.makeTarget();
      const dataset = await fixture.copy.capture();
      const offer = { ...fixture.offer, dataset, base: null };
      const within = { ...offer, plain: false, targetPath: Buffer.from(`${BASE_PATH}/.datamover`) };
      expect(await refusalOf(target.begin(within, fixture.signal))).to.match(/^target_forbidden/);
      await copyOut(dataset);
      const below = { ...offer, targetPath: Buffer.from(`${BASE_PATH}/below`) };
      expect(await refusalOf(target.begin(below, fixture.signal))).to.match(
        /^target_forbidden: .*plain copy already/,
      );
    });

    if (kind === 'bucket') {
      it('are read by a plain S3 client, large ones sent in parts, with their times and modes', async () => {
        const { copy } = fixture;
        copy.sh(
          'head -c 20000000 /dev/urandom > large; touch -d @12.000000345 large; chmod 640 large',
        );
        await copyOut();
        const { server } = fixture as BucketFixture;
        const client = new S3Client({
          endpoint: server.endpoint,
          region: 'us-east-1',
          forcePathStyle: true,
          credentials: { accessKeyId: ACCESS_ID, secretAccessKey: SECRET_KEY },
        });
        try {
          const object = { Bucket: BUCKET, Key: `${BASE_PATH}/large` };
          const got = await client.send(new GetObjectCommand(object));
          const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
          expect(bytes.length).to.be.greaterThan(16 * MIB);
          expect(bytes.equals(readFileSync(join(copy.source, 'large')))).to.equal(true);
          const { Metadata } = await client.send(new HeadObjectCommand(object));
          expect(Metadata).to.include({ mtime: '12.000000345', mode: '100640' });
        } finally {
          client.destroy();
        }
      });
    } else {
      it('are files of a directory that any program reads', async () => {
        const { copy } = fixture;
        copy.sh('mkdir -p a/b; seq 100000 > a/b/text');
        await copyOut();
        const there = join(fixture.directory, BASE_PATH);
        execFileSync('cmp', [join(there, 'a/b/text'), join(copy.source, 'a/b/text')]);
        expect(existsSync(join(there, '.datamover/format.json'))).to.equal(true);
        expect(readdirSync(join(there, '.datamover/packs'))).to.deep.equal(['pages']);
      });
    }
  });
}

/** A store that refuses to take some keys. */
function failing(store: ObjectStore, pattern: RegExp): ObjectStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        if (name === 'put' && pattern.test(String(given[0]))) {
          return Promise.reject(new DmError('store_refused', 'the test refuses it'));
        }
        return value.apply(target, given) as unknown;
      };
    },
  });
}

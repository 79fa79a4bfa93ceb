import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  loadSession,
  saveSession,
} from '../../../../../src/endpoint/local/receive/session-record.js';
import { sessionsOf } from '../../../../../src/endpoint/local/receive/staging-area.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { CopyFixture } from './copy-fixture.js';

const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

describe('the ground that is received on', function () {
  this.timeout(120_000);
  const ext4 = withFilesystem('ext4', 24);
  const btrfs = withFilesystem('btrfs', 512);

  it('may be full: the copy fails as no_space, and goes on when there is room', async () => {
    await using fixture = new CopyFixture(ext4().path, MEMORY);
    fixture.sh('head -c 4000000 /dev/urandom > a; head -c 4000000 /dev/urandom > b');
    const dataset = await fixture.capture('none');
    const free = join(fixture.parent, 'filler');
    execFileSync('bash', ['-c', `head -c 100M /dev/zero > ${free} || true`], { stdio: 'ignore' });
    execFileSync('truncate', ['-s', '-5M', free]);
    expect((await fixture.refusal(fixture.copy(dataset))).code).to.equal('no_space');
    expect(existsSync(fixture.target)).to.equal(false);
    execFileSync('rm', [free]);
    await fixture.copy(dataset);
    fixture.expectSame();
  });

  it('may have a quota: the copy fails as quota_exceeded, and goes on when it is raised', async () => {
    const limited = join(btrfs().path, 'limited');
    const tool = (...words: string[]) => execFileSync('btrfs', words, { stdio: 'ignore' });
    tool('quota', 'enable', btrfs().path);
    tool('subvolume', 'create', limited);
    tool('qgroup', 'limit', '16M', limited);
    await using fixture = new CopyFixture(limited, MEMORY);
    fixture.sh('for i in $(seq 8); do head -c 4000000 /dev/urandom > $i; done');
    const dataset = await fixture.capture('none');
    const { code, message } = await fixture.refusal(fixture.copy(dataset));
    expect(code).to.equal('quota_exceeded');
    expect(message).to.match(/^cannot write "[1-8]": a quota is used up/);
    expect(existsSync(fixture.target)).to.equal(false);
    tool('qgroup', 'limit', '100M', limited);
    await fixture.copy(dataset);
    fixture.expectSame();
    fixture.expectNoStaging();
  });

  it('may have become read-only: the copy says so, and goes on when it is writable again', async () => {
    await using fixture = new CopyFixture(ext4().path, MEMORY);
    fixture.sh('echo 1 > f');
    const first = await fixture.capture('none');
    await fixture.copy(first);
    fixture.sh('echo 2 > f');
    const second = await fixture.capture('none');
    execFileSync('mount', ['-o', 'remount,ro', ext4().path]);
    try {
      const { code, message } = await fixture.refusal(fixture.copy(second, first));
      expect(code).to.equal('io_error');
      expect(message).to.contain(fixture.target).and.to.contain('mounted read-only');
    } finally {
      execFileSync('mount', ['-o', 'remount,rw', ext4().path]);
    }
    await fixture.copy(second, first);
    fixture.expectSame();
  });

  it('may be read-only when the agent starts', async () => {
    await using fixture = new CopyFixture(ext4().path, MEMORY);
    fixture.sh('echo 1 > f');
    const dataset = await fixture.capture('none');
    await fixture.copy(dataset, null, { offer: { createDataset: false, job: '7@1' } });
    const notes = fixture.targetRoot.privatePath('ended');
    for (const name of readdirSync(notes)) utimesSync(join(notes, name), 1, 1);
    execFileSync('mount', ['-o', 'remount,ro', ext4().path]);
    try {
      await fixture.makeTarget().recover(fixture.signal);
    } finally {
      execFileSync('mount', ['-o', 'remount,rw', ext4().path]);
    }
  });

  it('is refused when staged files cannot be moved there', async () => {
    await using fixture = new CopyFixture(ext4().path, MEMORY);
    fixture.sh('echo x > x');
    const dataset = await fixture.capture('none');
    const mount = join(fixture.parent, 'mount');
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', 'none', mount]);
    try {
      for (const below of ['', 'copy']) {
        const targetPath = Buffer.from(join(mount, below));
        const refused = fixture.copy(dataset, null, { offer: { targetPath } });
        expect((await fixture.refusal(refused)).code).to.equal('target_unsuitable');
      }
      expect(readdirSync(mount)).to.deep.equal([]);
    } finally {
      execFileSync('umount', [mount]);
    }
  });

  it('may hold files that somebody made immutable', async () => {
    await using fixture = new CopyFixture(ext4().path, MEMORY);
    fixture.sh('mkdir d e; echo 1 > d/f; echo 2 > d/g; echo 3 > e/h');
    const first = await fixture.capture('none');
    await fixture.copy(first);
    fixture.sh('chattr +i d/f; chattr +a d/g; chattr +i e', fixture.target);
    fixture.sh('echo more >> d/f; rm d/g; mv e/h h; echo new > e/new');
    const second = await fixture.capture('none');
    const { failures } = await fixture.copy(second, first);
    expect(failures).to.deep.equal([]);
    fixture.expectSame({ flags: true });
  });

  it('keeps what came into the target while a copy was being put in place', async () => {
    await using fixture = new CopyFixture(MEMORY);
    fixture.sh('mkdir gone; echo 1 > gone/f; echo 1 > name');
    const first = await fixture.capture();
    await fixture.copy(first);
    fixture.sh('rm -r gone; echo new > fresh; mkdir dir');
    const second = await fixture.capture();
    const { session, reader } = await transferred(fixture, second, first);
    fixture.sh('echo mine > gone/mine; echo mine > fresh; echo mine > dir', fixture.target);
    const request = { failures: [], partial: 'allow' } as const;
    const { dataset } = await session.commit(request, () => undefined, fixture.signal);
    await session[Symbol.asyncDispose]();
    await reader[Symbol.asyncDispose]();
    fixture.expectSame();
    expect(dataset.warnings.map(({ code }) => code)).to.deep.equal(Array(3).fill('displaced'));
    const [found] = fixture.targetRoot.trees();
    const displaced = `${found?.directory.path}/displaced`;
    const kept = readdirSync(displaced).map((name) => readFileSync(`${displaced}/${name}`, 'utf8'));
    expect(kept).to.deep.equal(Array(3).fill('mine\n'));
  });

  it('forgets after a power loss what was not synced', async () => {
    await using fixture = new CopyFixture(MEMORY);
    fixture.sh('for i in $(seq 200); do echo $i > $i; done');
    const dataset = await fixture.capture();
    const { session, reader } = await transferred(fixture, dataset, null);
    await session[Symbol.asyncDispose]();
    await reader[Symbol.asyncDispose]();
    const [found] = fixture.targetRoot.trees();
    if (found === undefined) throw new Error('there is no tree');
    const [name = ''] = sessionsOf(found.directory);
    const record = loadSession(found.directory, name);
    if (record === null) throw new Error('there is no session');
    const tokens = async () => {
      const offer = { ...fixture.offer(), dataset, base: null };
      await using again = await fixture.makeTarget().begin(offer, fixture.signal);
      return again.resume?.tokens.map((token) => token !== null);
    };
    expect(await tokens()).to.deep.equal([true, true]);
    saveSession(found.directory, { ...record, bootId: 'another', durable: [0, 0, 0] });
    expect(await tokens()).to.deep.equal([false, false]);
    await fixture.copy(dataset);
    fixture.expectSame();
  });
});

/** A session that everything has been sent into. */
async function transferred(fixture: CopyFixture, dataset: DatasetInfo, base: DatasetInfo | null) {
  const identity = base && { id: base.id, rootDigest: base.rootDigest };
  const session = await fixture
    .makeTarget()
    .begin({ ...fixture.offer(), dataset, base: identity }, fixture.signal);
  const reader = await fixture
    .makeSource()
    .open({ id: dataset.id, basePath: Buffer.from(fixture.source) }, fixture.signal);
  const request = { base: identity, subpaths: [], lanes: 2, resume: null };
  for await (const ack of session.write(reader.changes(request, fixture.signal), fixture.signal)) {
    expect(ack.needs).to.deep.equal([]);
  }
  return { session, reader };
}

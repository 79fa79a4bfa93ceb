import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { differences } from '../../../../support/walker.js';
import { CopyFixture } from './copy-fixture.js';

const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const TREE = 'mkdir d; echo one > d/one; echo two > d/two; echo top > top; ln d/one d/hard';

describe('what may be received where', function () {
  this.timeout(120_000);
  let fixture: CopyFixture;
  let first: DatasetInfo;
  beforeEach(async () => {
    fixture = new CopyFixture(MEMORY);
    fixture.sh(TREE);
    first = await fixture.capture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  const refusedAt = async (targetPath: string, offer = {}): Promise<string> => {
    const copy = fixture.copy(first, null, {
      offer: { targetPath: Buffer.from(targetPath), ...offer },
    });
    return (await fixture.refusal(copy)).code;
  };

  it('is below a root, and never one', async () => {
    expect(await refusedAt('/nowhere/near')).to.equal('path_outside_roots');
    expect(await refusedAt(fixture.parent)).to.equal('target_forbidden');
    expect(await refusedAt(join(fixture.parent, '.datamover', 'x'))).to.equal('target_forbidden');
    expect(await refusedAt(join(fixture.parent, '..', 'x'))).to.equal('path_outside_roots');
  });

  it('is not in a root that was moved, or that something else lies over by now', async () => {
    const away = `${fixture.parent}-away`;
    renameSync(fixture.parent, away);
    try {
      const path = Buffer.from(fixture.target);
      const inspection = fixture.makeTarget().inspect(path, fixture.signal);
      const refusal = await fixture.refusal(inspection);
      expect(refusal.code).to.equal('io_error');
      expect(refusal.message).to.contain('restart the agent');
      mkdirSync(fixture.parent, { mode: 0o700 });
      expect(await refusedAt(fixture.target)).to.equal('io_error');
      expect(readdirSync(fixture.parent)).to.deep.equal([]);
      rmdirSync(fixture.parent);
    } finally {
      renameSync(away, fixture.parent);
    }
    await fixture.copy(first);
    fixture.expectSame();
  });

  it('is not reached through a symlink, and no file', async () => {
    fixture.sh('mkdir real; ln -s real link; ln -s /etc etc; echo f > file', fixture.parent);
    expect(await refusedAt(join(fixture.parent, 'link'))).to.equal('target_forbidden');
    expect(await refusedAt(join(fixture.parent, 'link', 'below'))).to.equal('target_forbidden');
    expect(await refusedAt(join(fixture.parent, 'etc', 'below'))).to.equal('target_forbidden');
    expect(await refusedAt(join(fixture.parent, 'file'))).to.equal('target_forbidden');
  });

  it('holds nothing of others', async () => {
    fixture.sh('mkdir copy; echo mine > copy/mine', fixture.parent);
    expect(await refusedAt(fixture.target)).to.equal('target_not_empty');
    expect(readFileSync(join(fixture.target, 'mine'), 'utf8')).to.equal('mine\n');
    expect(fixture.targetRoot.trees()).to.deep.equal([]);
  });

  it('is neither above nor below another received tree', async () => {
    await fixture.copy(first);
    expect(await refusedAt(join(fixture.target, 'd', 'below'))).to.equal('target_forbidden');
    fixture.sh('mkdir -p up', fixture.parent);
    await fixture.copy(first, null, {
      offer: { targetPath: Buffer.from(join(fixture.parent, 'up', 'copy')) },
    });
    expect(await refusedAt(join(fixture.parent, 'up'))).to.equal('target_forbidden');
  });

  it('belongs to whoever received it first, until that is taken over', async () => {
    await fixture.copy(first);
    fixture.sh('echo more >> top');
    const second = await fixture.capture();
    const stranger = fixture.copy(second, first, { offer: { owner: 'stranger' } });
    expect((await fixture.refusal(stranger)).code).to.equal('target_owned');
    await fixture.copy(second, first, { offer: { owner: 'stranger', reconnect: true } });
    fixture.expectSame();
    expect(fixture.targetRoot.trees()[0]?.tree.owner).to.equal('stranger');
  });

  it('is told of a tree whose record is damaged, and opens nevertheless', async () => {
    await fixture.copy(first);
    const [found] = fixture.targetRoot.trees();
    const record = `${found?.directory.path}/tree.json`;
    const text = readFileSync(record, 'utf8');
    writeFileSync(record, text.replace('received', 'receivex'));
    const told: object[] = [];
    const log = { warn: (fields: object) => void told.push(fields), debug: () => undefined };
    await fixture.makeTarget(true, log).recover(fixture.signal);
    expect(told).to.have.length(1);
    const shown = `${fixture.parent}/.datamover/trees/${found?.directory.id}/tree.json`;
    expect(told[0]).to.have.property('reason').that.contains(`${shown} is not what was written`);
    expect(await refusedAt(join(fixture.parent, 'new'))).to.equal('corrupt');
    writeFileSync(record, text);
    await fixture.copy(first, null, {
      offer: { targetPath: Buffer.from(`${fixture.parent}/new`) },
    });
  });

  it('stands at the base of an increment', async () => {
    fixture.sh('echo more >> top');
    const second = await fixture.capture();
    expect((await fixture.refusal(fixture.copy(second, first))).code).to.equal('diverged');
    await fixture.copy(second);
    fixture.sh('echo more >> top');
    const third = await fixture.capture();
    expect((await fixture.refusal(fixture.copy(third, first))).code).to.equal('diverged');
  });

  it('goes back to an older dataset when it is taken over, and keeps the one it stood at', async () => {
    await fixture.copy(first);
    fixture.sh('echo wrong >> top; echo wrong > d/wrong');
    const abandoned = await fixture.capture();
    await fixture.copy(abandoned, first);
    fixture.sh('echo right >> d/one; rm d/wrong; echo top > top');
    const second = await fixture.capture();
    expect((await fixture.refusal(fixture.copy(second, first))).code).to.equal('diverged');
    await fixture.copy(second, first, { offer: { reconnect: true } });
    fixture.expectSame();
    const basePath = Buffer.from(fixture.target);
    const kept = await fixture.datasets.get({ id: abandoned.id, basePath });
    const targetPath = Buffer.from(join(fixture.parent, 'restored'));
    const info = await fixture.datasets.infoOf(kept);
    await fixture.copy(info, null, { offer: { targetPath, createDataset: false } });
    expect(readFileSync(join(fixture.parent, 'restored', 'd', 'wrong'), 'utf8')).to.equal(
      'wrong\n',
    );
    expect(readFileSync(join(fixture.parent, 'restored', 'top'), 'utf8')).to.equal('top\nwrong\n');
  });

  it('is left alone from its release until it is reclaimed', async () => {
    await fixture.copy(first);
    const target = fixture.makeTarget();
    await target.release(Buffer.from(`${fixture.target}/`), fixture.signal);
    await target.release(Buffer.from(fixture.target), fixture.signal);
    fixture.sh('echo more >> top');
    const second = await fixture.capture();
    for (const reconnect of [false, true]) {
      const copy = fixture.copy(second, first, { target, offer: { reconnect } });
      expect((await fixture.refusal(copy)).code).to.equal('target_released');
    }
    await target.reclaim(Buffer.from(fixture.target));
    await fixture.copy(second, first, { target });
    fixture.expectSame();
  });

  it('keeps the datasets it had when it is released, from the first own dataset on', async () => {
    fixture.sh('echo as it was > shut; echo as it was > shut-and-new');
    const whole = await fixture.capture();
    await fixture.copy(whole);
    await fixture.makeTarget().release(Buffer.from(fixture.target), fixture.signal);
    fixture.sh('chmod 400 shut shut-and-new; echo otherwise > shut-and-new', fixture.target);
    const own = await fixture.capture('auto', 'target');
    fixture.sh('for f in shut shut-and-new top; do echo users >> $f; done', fixture.target);
    expect(await fixture.bad(own)).to.deep.equal([]);
    // What users changed before any dataset held it is gone, as docs/failover.md says, and nothing else.
    const isShared = own.provider !== 'copy';
    const lost = isShared ? [] : ['shut-and-new unreadable'];
    expect(await fixture.bad(whole)).to.deep.equal(lost);
  });

  it('is released only when it was received, whole', async () => {
    const target = fixture.makeTarget();
    const nothing = target.release(Buffer.from(fixture.target), fixture.signal);
    expect((await fixture.refusal(nothing)).code).to.equal('not_found');
    const origin = target.reclaim(Buffer.from(fixture.source));
    expect((await fixture.refusal(origin)).code).to.equal('not_found');
    await using _session = await target.begin(
      { ...fixture.offer(), dataset: first, base: null },
      fixture.signal,
    );
    const early = target.release(Buffer.from(fixture.target), fixture.signal);
    expect((await fixture.refusal(early)).code).to.equal('dataset_incomplete');
  });

  it('ends a copy that is under way when it is released, and drops what that had staged', async () => {
    await fixture.copy(first);
    fixture.sh('echo more >> top');
    const second = await fixture.capture();
    const target = fixture.makeTarget();
    await using session = await target.begin(
      { ...fixture.offer(), dataset: second, base: first },
      fixture.signal,
    );
    await target.release(Buffer.from(fixture.target), fixture.signal);
    fixture.expectNoStaging();
    const commit = session.commit(
      { failures: [], partial: 'allow' },
      () => undefined,
      fixture.signal,
    );
    expect((await fixture.refusal(commit)).code).to.equal('session_superseded');
  });

  it('makes missing parents, and fills an empty directory', async () => {
    const deep = join(fixture.parent, 'x', 'y', 'z');
    const umask = process.umask(0o077);
    try {
      await fixture.copy(first, null, { offer: { targetPath: Buffer.from(deep) } });
    } finally {
      process.umask(umask);
    }
    expect(differences(fixture.source, deep)).to.deep.equal([]);
    expect(statSync(join(fixture.parent, 'x', 'y')).mode & 0o777).to.equal(0o755);
    fixture.sh('mkdir copy', fixture.parent);
    await fixture.copy(first);
    fixture.expectSame();
  });

  it('stops before it would delete more than is allowed', async () => {
    await fixture.copy(first);
    fixture.sh('rm -r d');
    const second = await fixture.capture();
    const error = await fixture.refusal(fixture.copy(second, first, { offer: { maxDelete: 2 } }));
    expect(error.code).to.equal('too_many_deletes');
    expect(existsSync(join(fixture.target, 'd', 'one'))).to.equal(true);
    await fixture.copy(second, first, { offer: { maxDelete: 3 } });
    fixture.expectSame();
  });

  it('leaves plain files when no dataset is to be kept', async () => {
    const { result } = await fixture.copy(first, null, { offer: { createDataset: false } });
    expect(result.dataset.number).to.equal(0);
    fixture.expectSame();
    expect(fixture.targetRoot.trees()).to.deep.equal([]);
    expect(await refusedAt(fixture.target)).to.equal('target_not_empty');
  });

  it('takes subpaths, and puts them beside what is there', async () => {
    const offer = { subpaths: [Buffer.from('d/one'), Buffer.from('top')] };
    await fixture.copy(first, null, { offer });
    const got = differences(fixture.source, fixture.target);
    expect(got).to.deep.equal([
      'd/hard: missing present != absent',
      'd/two: missing present != absent',
    ]);
    const beside = join(fixture.parent, 'beside');
    fixture.sh('mkdir -p beside/d; echo mine > beside/d/two; chmod 700 beside/d', fixture.parent);
    const targetPath = Buffer.from(beside);
    await fixture.copy(first, null, { offer: { ...offer, targetPath, createDataset: false } });
    expect(readFileSync(join(beside, 'd', 'one'), 'utf8')).to.equal('one\n');
    expect(readFileSync(join(beside, 'd', 'two'), 'utf8')).to.equal('mine\n');
    expect(lstatSync(join(beside, 'd')).mode & 0o777).to.equal(0o700);
    const again = fixture.copy(first, null, { offer: { ...offer, targetPath } });
    expect((await fixture.refusal(again)).code).to.equal('target_not_empty');
  });

  it('gives peers without the privileged grant no setuid, devices, trusted or security attributes', async () => {
    fixture.sh(`
      touch suid; chmod 6755 suid; mknod null c 1 3; mkfifo pipe
      touch attr; setfattr -n trusted.x -v 1 attr; setfattr -n user.y -v 2 attr
      cp /bin/true capable; setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 capable`);
    const dataset = await fixture.capture();
    const target = fixture.makeTarget(false);
    const { failures, result } = await fixture.copy(dataset, null, { target });
    const told = failures.map(({ path, code }) => `${path} ${code}`).sort();
    expect(told).to.deep.equal([
      'attr unsupported_metadata',
      'capable unsupported_metadata',
      'null refused',
      'suid unsupported_metadata',
    ]);
    expect(result.dataset.exceptions).to.equal(4);
    expect(result.dataset.state).to.equal('COMPLETE_PARTIAL');
    const left = differences(fixture.source, fixture.target).map((line) => line.split(' ')[0]);
    expect(left).to.deep.equal(['attr:', 'capable:', 'null:', 'suid:']);
    const refused = fixture.copy(dataset, null, {
      target,
      partial: 'fail',
      offer: { targetPath: Buffer.from(join(fixture.parent, 'strict')) },
    });
    expect((await fixture.refusal(refused)).code).to.equal('partial');
    expect(existsSync(join(fixture.parent, 'strict'))).to.equal(false);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ChangeBatch } from '../../../../../src/endpoint/change-stream.js';
import type { CommitResult } from '../../../../../src/endpoint/target.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { CopyFixture, LANES } from './copy-fixture.js';

const FILES = 6;
const TREE = `mkdir d; for i in $(seq ${FILES}); do head -c 1500000 /dev/urandom > d/$i; done; ln d/6 hard`;

describe('a copy that is completed before all has come', function () {
  this.timeout(120_000);
  let fixture: CopyFixture;
  beforeEach(() => {
    fixture = new CopyFixture(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
    fixture.sh(TREE);
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  /** Sends the structure and `batches` batches of content, and commits that. */
  async function completed(
    dataset: DatasetInfo,
    base: DatasetInfo | null,
    batches: number,
  ): Promise<CommitResult> {
    const { signal } = fixture;
    const known = base && { id: base.id, rootDigest: base.rootDigest };
    await using reader = await fixture.makeSource().open({ id: dataset.id }, signal);
    await using session = await fixture
      .makeTarget()
      .begin({ ...fixture.offer(), dataset, base: known }, signal);
    const request = { base: known, subpaths: [], lanes: LANES, resume: null };
    const some = firstOf(reader.changes(request, signal), batches);
    for await (const _ of session.write(some, signal));
    return session.commit({ failures: [], partial: 'complete' }, () => undefined, signal);
  }

  it('has what came, and lists the rest, which the next copy brings', async () => {
    const first = await fixture.capture();
    const { dataset, failures } = await completed(first, null, 3);
    expect(dataset.state).to.equal('COMPLETE_PARTIAL');
    expect(failures).to.have.length(dataset.exceptions);
    expect(failures.length).to.be.within(1, FILES - 1);
    for (let file = 1; file <= FILES; file++) {
      const path = `d/${file}`;
      const lacks = failures.find((one) => Buffer.from(one.path).toString() === path);
      expect(existsSync(join(fixture.target, path)), path).to.equal(lacks === undefined);
      expect(lacks?.code ?? 'cancelled').to.equal('cancelled');
    }
    fixture.sh('echo more > more');
    await fixture.copy(await fixture.capture(), first);
    fixture.expectSame();
    fixture.expectNoStaging();
    expect((await fixture.received()).map(({ name }) => name)).to.deep.equal(['test', 'test']);
  });

  it('keeps files as they were that have not come again', async () => {
    const first = await fixture.capture();
    await fixture.copy(first);
    fixture.sh('cp -a d ../was; for i in 1 2 3; do head -c 1500000 /dev/urandom > d/$i; done');
    const second = await fixture.capture();
    const { failures } = await completed(second, first, 2);
    expect(failures).to.have.length.within(1, 2);
    for (const { path } of failures) {
      const name = Buffer.from(path).toString().slice(2);
      const was = readFileSync(join(fixture.sourceParent, 'was', name));
      expect(readFileSync(join(fixture.target, 'd', name)).equals(was)).to.equal(true);
    }
    fixture.sh('echo more > more');
    await fixture.copy(await fixture.capture(), second);
    fixture.expectSame();
  });

  it('is no change by hand, however often the same file does not come', async () => {
    let base = await fixture.capture();
    await fixture.copy(base);
    const failed: string[][] = [];
    for (let time = 0; time < 2; time++) {
      fixture.sh(`for i in $(seq ${FILES}); do head -c 1500000 /dev/urandom > d/$i; done`);
      const next = await fixture.capture();
      const { failures } = await completed(next, base, 2);
      failed.push(failures.map(({ path }) => Buffer.from(path).toString()));
      base = next;
    }
    const [once = [], again = []] = failed;
    expect(once.filter((path) => again.includes(path))).to.have.length.greaterThan(0);
    fixture.sh('echo more > more');
    const last = await fixture.capture();
    await fixture.copy(last, base, { offer: { onDrift: 'fail' } });
    fixture.expectSame();
  });

  it('is refused while the structure has not come', async () => {
    const first = await fixture.capture();
    const refused = await fixture.refusal(completed(first, null, -1));
    expect(refused.code).to.equal('dataset_incomplete');
    expect(existsSync(fixture.target)).to.equal(false);
  });
});

/** Everything up to the `count`-th batch of content; nothing at all for less than 0. */
async function* firstOf(
  batches: AsyncIterable<ChangeBatch>,
  count: number,
): AsyncGenerator<ChangeBatch> {
  let left = count;
  if (left < 0) return;
  for await (const batch of batches) {
    if (batch.phase !== 'structure' && left-- <= 0) return;
    yield batch;
  }
}

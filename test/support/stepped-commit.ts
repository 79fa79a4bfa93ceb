import { commitSession } from '../../src/endpoint/local/receive/commit-session.js';
import { loadSession } from '../../src/endpoint/local/receive/session-record.js';
import { sessionsOf } from '../../src/endpoint/local/receive/staging-area.js';
import { placeOf } from '../../src/endpoint/local/tree-place.js';
import type { Offer } from '../../src/endpoint/target.js';
import type { DatasetInfo } from '../../src/model/dataset.js';
import type { CopyFixture } from '../unit/endpoint/local/receive/copy-fixture.js';

/** Transfers everything, then commits it; `step` is called before each single change of the disk, and may throw. */
export async function steppedCommit(
  fixture: CopyFixture,
  {
    base,
    dataset,
    offer = {},
  }: { base: DatasetInfo | null; dataset: DatasetInfo; offer?: Partial<Offer> },
  step: (name: string) => void,
): Promise<void> {
  const target = fixture.makeTarget();
  const identity = base && { id: base.id, rootDigest: base.rootDigest };
  {
    await using session = await target.begin(
      { ...fixture.offer(offer), dataset, base: identity },
      fixture.signal,
    );
    await using reader = await fixture
      .makeSource()
      .open({ id: dataset.id, basePath: Buffer.from(fixture.source) }, fixture.signal);
    const { subpaths = [] } = offer;
    const request = { base: identity, subpaths, lanes: 2, resume: null };
    const changes = reader.changes(request, fixture.signal);
    for await (const { needs } of session.write(changes, fixture.signal)) {
      if (needs.length > 0) throw new Error('the target needs a file whole');
    }
  }
  const found = fixture.targetRoot.trees()[0];
  if (found === undefined) throw new Error('there is no tree');
  const [session = ''] = sessionsOf(found.directory);
  const phase = loadSession(found.directory, session)?.phase;
  if (phase !== 'content') throw new Error(`the session is in phase ${phase}`);
  await commitSession(
    {
      ...{ place: placeOf(fixture.targetRoot, found.tree), session, failures: [] },
      ...{ partial: 'allow', syncFd: fixture.targetRoot.fd, nowMs: Date.now() },
    },
    { onProgress: async () => undefined, step },
    fixture.signal,
  );
}

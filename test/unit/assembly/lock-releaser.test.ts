import { expect } from 'chai';
import { LockReleaser } from '../../../src/assembly/lock-releaser.js';
import type { DatasetLocker } from '../../../src/endpoint/dataset-locker.js';
import { DmError } from '../../../src/model/error.js';
import { parsePolicyId } from '../../../src/model/ids.js';
import { keepBase } from '../../../src/policy/keep-base.js';
import { PolicyBases } from '../../../src/policy/policy-bases.js';
import { StateDatabase } from '../../../src/state/database.js';
import { LockReleases, releasing } from '../../../src/state/lock-releases.js';
import { sampleDataset } from '../../support/datasets.js';
import { SetClock } from '../../support/set-clock.js';
import { TempDirectory } from '../../support/temp-directory.js';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const POLICY = { id: parsePolicyId(1) };
const { signal } = new AbortController();

/** A place that locks, and lets the test decide when a call at it goes on. */
class TestPlace implements AsyncDisposable {
  readonly held = new Set<string>();
  readonly calls: string[] = [];
  readonly gates = new Map<string, Promise<void>>();
  #onCall: () => void = () => undefined;

  readonly locker: DatasetLocker = {
    hold: async (holder) => {
      await this.pass(`hold ${holder}`);
      this.held.add(holder);
    },
    release: async (holder) => {
      await this.pass(`release ${holder}`);
      this.held.delete(holder);
    },
  };

  async pass(call: string): Promise<void> {
    this.calls.push(call);
    this.#onCall();
    await this.gates.get(call);
  }

  /** Resolves when a call has been made; it goes on with the function that this returns. */
  stopAt(call: string): { reached: Promise<void>; goOn: () => void } {
    let goOn: () => void = () => undefined;
    this.gates.set(
      call,
      new Promise((resolve) => {
        goOn = resolve;
      }),
    );
    const reached = new Promise<void>((resolve) => {
      this.#onCall = () => {
        if (this.calls.at(-1) === call) resolve();
      };
    });
    return { reached, goOn };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

describe('locks at peers that are needed no more', () => {
  let directory: TempDirectory;
  let database: StateDatabase;
  let releases: LockReleases;
  let clock: SetClock;
  let place: TestPlace;

  beforeEach(async () => {
    directory = new TempDirectory();
    database = await StateDatabase.open(directory.join('db'));
    releases = new LockReleases({ database });
    clock = new SetClock(NOW);
    place = new TestPlace();
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  function releaser(change: Partial<ConstructorParameters<typeof LockReleaser>[0]> = {}) {
    const errors: object[] = [];
    const log = { info: () => undefined, error: (fields: object) => void errors.push(fields) };
    const one = new LockReleaser({
      releases,
      places: {
        open: async (accountId) => {
          await place.pass(`open ${accountId}`);
          return place;
        },
      },
      accountExists: async () => true,
      clock,
      log,
      ...change,
    });
    return { errors, [Symbol.asyncDispose]: () => one[Symbol.asyncDispose]() };
  }

  /** What a copy does at its end: its policy needs a dataset at the peer. */
  async function copyEnds(): Promise<void> {
    const warnings = await keepBase(
      POLICY,
      { sourceAccountId: 'local', targetAccountId: 'peer' },
      { source: { locker: null }, target: place, targetPath: Buffer.from('/data/target') },
      sampleDataset(1),
      { bases: new PolicyBases({ database }), releases, now: () => clock.now() },
      signal,
    );
    expect(warnings).to.deep.equal([]);
  }

  async function noted(): Promise<string[]> {
    const found: string[] = [];
    for await (const { accountId, holder } of releases.list()) found.push(`${accountId} ${holder}`);
    return found;
  }

  it('are released, and the note goes', async () => {
    place.held.add('policy-1-target');
    await database.write(releasing(POLICY.id, ['peer'], NOW));
    await using _one = releaser();
    await clock.asleep();
    expect([...place.held]).to.deep.equal([]);
    expect(await noted()).to.deep.equal([]);
  });

  it('stay when a copy takes them again while the peer is dialled', async () => {
    await database.write(releasing(POLICY.id, ['peer'], NOW));
    const dialling = place.stopAt('open peer');
    await using _one = releaser();
    await dialling.reached;
    await copyEnds();
    dialling.goOn();
    await clock.asleep();
    expect([...place.held]).to.deep.equal(['policy-1-target']);
    expect(place.calls).not.to.include('release policy-1-target');
  });

  it('are taken again behind a release that is under way', async () => {
    await database.write(releasing(POLICY.id, ['peer'], NOW));
    const releasingIt = place.stopAt('release policy-1-target');
    await using _one = releaser();
    await releasingIt.reached;
    const copy = copyEnds();
    // The copy has noted its need, so that only the lock itself is left for it to do.
    while ((await noted()).length > 0) await new Promise((resolve) => setImmediate(resolve));
    releasingIt.goOn();
    await copy;
    await clock.asleep();
    expect([...place.held]).to.deep.equal(['policy-1-target']);
  });

  it('of one account that cannot be looked at do not keep the others', async () => {
    place.held.add('policy-1-source');
    await database.write(releasing(POLICY.id, ['bad', 'peer'], NOW));
    await using one = releaser({
      accountExists: async (id) => {
        if (id === 'bad') throw new Error('its record is damaged');
        return true;
      },
    });
    await clock.asleep();
    expect([...place.held]).to.deep.equal([]);
    expect(await noted()).to.deep.equal(['bad policy-1-source', 'bad policy-1-target']);
    expect(one.errors).to.have.length(2);
  });

  it('stay noted while the peer cannot be reached, and are left to lapse when it refuses', async () => {
    for (const [code, left] of [
      ['peer_unreachable', 2],
      ['not_found', 0],
    ] as const) {
      clock = new SetClock(NOW);
      await database.write(releasing(POLICY.id, ['peer'], NOW));
      const open = () => Promise.reject(new DmError(code, 'not today'));
      await using _one = releaser({ clock, places: { open } });
      await clock.asleep();
      expect(await noted()).to.have.length(left);
    }
  });

  it('are released however late the peer is back: by then they count again', async () => {
    place.held.add('policy-1-target');
    await database.write(releasing(POLICY.id, ['peer'], NOW - 400 * 24 * 3_600_000));
    await using _one = releaser();
    await clock.asleep();
    expect([...place.held]).to.deep.equal([]);
    expect(await noted()).to.deep.equal([]);
  });

  it('noted anew while they were told are told again', async () => {
    await database.write(releasing(POLICY.id, ['peer'], NOW));
    const releasingIt = place.stopAt('release policy-1-target');
    await using _one = releaser();
    await releasingIt.reached;
    await database.write(releasing(POLICY.id, ['peer'], NOW + 1));
    releasingIt.goOn();
    await clock.asleep();
    expect(await noted()).to.include('peer policy-1-target');
  });
});

import { expect } from 'chai';
import type { DatasetReader } from '../../../src/endpoint/source.js';
import type { ReceiveSession } from '../../../src/endpoint/target.js';
import { parseSpkiFingerprint } from '../../../src/model/ids.js';
import type { Caller, PeerAccess } from '../../../src/rpc/peer-access.js';
import type { PeerContext } from '../../../src/rpc/peer-connection-state.js';
import { ReaderPool } from '../../../src/rpc/reader-pool.js';
import { ReceiveSessions } from '../../../src/rpc/receive-sessions.js';
import { MemoryPlace } from '../../support/memory-endpoint.js';
import { memoryTree } from '../../support/memory-tree.js';
import { failureOf, NO_TASKS } from './peer-pair.js';

class CountingPlace extends MemoryPlace {
  opened = 0;
  closed = 0;

  override async open(...args: Parameters<MemoryPlace['open']>): Promise<DatasetReader> {
    const reader = await super.open(...args);
    this.opened++;
    reader[Symbol.asyncDispose] = async () => {
      this.closed++;
    };
    return reader;
  }
}

describe('readers that calls share', () => {
  let now = 0;
  let place: CountingPlace;
  let pool: ReaderPool;

  beforeEach(() => {
    now = 1_000_000;
    place = new CountingPlace();
    place.add(memoryTree({ a: '1' }, 1n));
    pool = new ReaderPool(() => now);
  });

  it('are opened once and closed a minute after their last use', async () => {
    {
      await using one = await pool.hold(place, { number: 1 });
      await using two = await pool.hold(place, { number: 1 });
      expect(one.reader).to.equal(two.reader);
      now += 120_000;
      await pool.sweep();
    }
    expect([place.opened, place.closed]).to.deep.equal([1, 0]);
    now += 59_000;
    await pool.sweep();
    expect(place.closed).to.equal(0);
    now += 2_000;
    await pool.sweep();
    expect(place.closed).to.equal(1);
  });

  it('stay open for the calls that use them when they are forgotten', async () => {
    {
      await using _held = await pool.hold(place, { number: 1 });
      await pool.forget();
      expect(place.closed).to.equal(0);
      await using _next = await pool.hold(place, { number: 1 });
      expect(place.opened).to.equal(2);
    }
    expect(place.closed).to.equal(1);
    await pool.close();
    expect(place.closed).to.equal(2);
  });

  it('are not kept when they could not be opened', async () => {
    expect((await failureOf(pool.hold(place, { number: 9 }))).code).to.equal('not_found');
    place.datasets.length = 0;
    place.add(memoryTree({ a: '1' }, 1n), { number: 9 });
    await using held = await pool.hold(place, { number: 9 });
    expect(held.reader.info.number).to.equal(9);
    await pool.close();
  });
});

describe('receive sessions', () => {
  const place = new MemoryPlace();
  const access: PeerAccess = {
    source: place,
    target: place,
    maker: place,
    expirer: place,
    locker: place,
    tasks: NO_TASKS,
    reach: new Map(),
  };
  let now = 0;
  let disposed = 0;
  const begin = async (): Promise<ReceiveSession> => ({
    resume: null,
    committed: false,
    async *write() {},
    commit: () => Promise.reject(new Error('not here')),
    abort: async () => undefined,
    [Symbol.asyncDispose]: async () => {
      disposed++;
    },
  });
  const peer = (digit: string): Caller => ({
    spki: parseSpkiFingerprint(digit.repeat(64)),
    commonName: 'peer',
    caFingerprint: '',
    caSpki: parseSpkiFingerprint('0'.repeat(64)),
    certificateFingerprint: '',
    notAfter: new Date(),
    dnsNames: [],
    ipAddresses: [],
  });

  const wanted = (path: string) => ({ lanes: 1, path: Buffer.from(path) });

  const by = (caller: Caller, ticket: string | null = null) => ({
    caller,
    state: { ticket: ticket === null ? null : { id: ticket } } as PeerContext['state'],
  });

  it('are closed when nobody uses them for the idle time', async () => {
    const sessions = new ReceiveSessions({ idleMs: 1_000 }, { now: () => now });
    const { id } = await sessions.open({ ...by(peer('a')), access }, wanted('/copy'), begin);
    {
      using _held = sessions.hold(id, by(peer('a')));
      now += 5_000;
      await sessions.sweep();
    }
    now += 900;
    await sessions.sweep();
    expect(disposed).to.equal(0);
    now += 200;
    await sessions.sweep();
    expect(disposed).to.equal(1);
    expect(() => sessions.hold(id, by(peer('a')))).to.throw('not known');
  });

  it('belong to the identity that began them, also after a renewal of its certificate', async () => {
    const sessions = new ReceiveSessions({ idleMs: 1_000 }, { now: () => now });
    const { id } = await sessions.open({ ...by(peer('a')), access }, wanted('/copy'), begin);
    expect(() => sessions.hold(id, by(peer('b')))).to.throw('not known');
    expect(() => sessions.hold(id, by('loopback'))).to.throw('not known');
    const renewed = { ...(peer('a') as object), certificateFingerprint: 'new' } as Caller;
    using held = sessions.hold(id, by(renewed));
    expect(held.id).to.equal(id);
  });

  it('belong to the ticket that they were begun with', async () => {
    const sessions = new ReceiveSessions({ idleMs: 1_000 }, { now: () => now });
    const { id } = await sessions.open({ ...by(peer('a'), '1'), access }, wanted('/copy'), begin);
    expect(() => sessions.hold(id, by(peer('a'), '2'))).to.throw('not known');
    expect(() => sessions.hold(id, by(peer('a')))).to.throw('not known');
    using held = sessions.hold(id, by(peer('a'), '1'));
    expect(held.id).to.equal(id);
  });

  it('make room for a newer one of the same path, unless they are used', async () => {
    const sessions = new ReceiveSessions({ idleMs: 1_000 }, { now: () => now });
    const open = (digit: string, path: string) =>
      sessions.open({ ...by(peer(digit)), access }, wanted(path), begin);
    const isOpen = (digit: string, id: string): boolean => {
      try {
        sessions.hold(id, by(peer(digit)))[Symbol.dispose]();
        return true;
      } catch {
        return false;
      }
    };
    const before = disposed;
    const other = await open('a', '/other');
    const foreign = await open('b', '/copy');
    const first = await open('a', '/copy');
    const second = await open('a', '/copy');
    expect([isOpen('a', first.id), isOpen('a', second.id)]).to.deep.equal([false, true]);
    expect([isOpen('a', other.id), isOpen('b', foreign.id)]).to.deep.equal([true, true]);
    expect(disposed - before).to.equal(1);
    using used = sessions.hold(second.id, by(peer('a')));
    await open('a', '/copy');
    expect(isOpen('a', used.id)).to.equal(true);
    for (let more = 0; more < 200; more++) await open('a', '/copy');
  });
});

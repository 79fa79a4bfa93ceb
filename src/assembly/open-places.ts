import type { DatasetExpirer } from '../endpoint/dataset-expirer.js';
import type { DatasetMaker } from '../endpoint/dataset-maker.js';
import { PeerExpirer } from '../endpoint/peer/peer-expirer.js';
import { PeerLocker } from '../endpoint/peer/peer-locker.js';
import { PeerMaker } from '../endpoint/peer/peer-maker.js';
import { PeerSource } from '../endpoint/peer/peer-source.js';
import { PeerTarget } from '../endpoint/peer/peer-target.js';
import { PeerTasks } from '../endpoint/peer/peer-tasks.js';
import { askForTicket } from '../endpoint/peer/peer-tickets.js';
import type { Source } from '../endpoint/source.js';
import type { Target } from '../endpoint/target.js';
import type { OpenPlace, Places, Worker } from '../engine/places.js';
import { parseDmUri } from '../model/account.js';
import { DmError } from '../model/error.js';
import { LOOPBACK_ACCOUNT_ID, type SpkiFingerprint } from '../model/ids.js';
import type { PeerChannel } from '../rpc/peer-channel.js';
import { ticketEnded } from '../rpc/tickets/ticket-office.js';
import type { AccountStore } from './account-store.js';
import { notLent } from './not-lent.js';
import type { ObjectPlaces } from './object-places.js';
import type { OwnTickets } from './own-tickets.js';
import type { PeerDialer } from './peer-dialer.js';

/** The owner written on trees that policies of this agent receive here. */
export const LOCAL_OWNER = 'local';

export interface LocalPlace {
  readonly source: Source;
  readonly target: Target;
  readonly maker: DatasetMaker;
  readonly expirer: DatasetExpirer;
}

/** Opens accounts as places: the only code that knows which kind of place an account is. */
export class AccountPlaces implements Places {
  readonly #localAccountId: string;
  readonly #local: LocalPlace;
  readonly #dialer: PeerDialer;
  readonly #objects: ObjectPlaces;
  readonly #accounts: AccountStore;
  readonly #tickets: Pick<OwnTickets, 'lend'>;

  constructor(
    options: { localAccountId: string },
    modules: {
      local: LocalPlace;
      dialer: PeerDialer;
      objects: ObjectPlaces;
      accounts: AccountStore;
      tickets: Pick<OwnTickets, 'lend'>;
    },
  ) {
    this.#localAccountId = options.localAccountId;
    this.#local = modules.local;
    this.#dialer = modules.dialer;
    this.#objects = modules.objects;
    this.#accounts = modules.accounts;
    this.#tickets = modules.tickets;
  }

  async open(
    accountId: string,
    signal: AbortSignal,
    asOfMs: number | null = null,
  ): Promise<OpenPlace> {
    if (asOfMs !== null) return await this.#openAsOf(accountId, asOfMs, signal);
    if (accountId === this.#localAccountId) return localPlace(this.#local, this.#tickets);
    if (accountId === LOOPBACK_ACCOUNT_ID)
      return peerPlace('loopback', this.#dialer.loopback(), null);
    const account = await this.#accounts.get(accountId);
    if (account.type === 'DM') {
      const channel = await this.#dialer.dial(accountId, signal);
      return peerPlace(account.name, channel, await peerOf(channel, account.uri, signal));
    }
    return await this.#objects.open(account, signal);
  }

  async openWorker(accountId: string, signal: AbortSignal): Promise<Worker | null> {
    if (this.#accounts.isBuiltIn(accountId)) return null;
    const { name, uri } = await this.#accounts.peer(accountId);
    const channel = await this.#dialer.dial(accountId, signal, 'worker');
    const { key } = await peerOf(channel, uri, signal);
    const end = () => channel.close();
    return { name, key, tasks: new PeerTasks(channel), [Symbol.asyncDispose]: end };
  }

  async #openAsOf(accountId: string, asOfMs: number, signal: AbortSignal): Promise<OpenPlace> {
    if (await this.#accounts.isObject(accountId)) {
      const account = await this.#accounts.get(accountId);
      if (account.type !== 'DM' && account.type !== 'DIRECTORY') {
        return await this.#objects.open(
          { ...account, store: { ...account.store, asOfMs } },
          signal,
        );
      }
    }
    throw new DmError(
      'not_supported',
      'only a bucket with versions can be read as it was at an earlier time; leave --as-of out',
    );
  }
}

/** How a peer is known to others. */
interface KnownPeer {
  readonly key: SpkiFingerprint;
  readonly addresses: readonly string[];
}

async function peerOf(channel: PeerChannel, uri: string, signal: AbortSignal): Promise<KnownPeer> {
  const { identity } = await channel.hello(signal);
  const addresses = parseDmUri(uri);
  if (identity !== null && addresses !== null) return { key: identity.spki, addresses };
  throw new DmError('internal', `the peer at ${uri} has no certificate`);
}

function localPlace(local: LocalPlace, tickets: Pick<OwnTickets, 'lend'>): OpenPlace {
  const open = new AbortController();
  return {
    name: 'local',
    source: local.source,
    target: local.target,
    maker: local.maker,
    expirer: local.expirer,
    locker: null,
    owner: LOCAL_OWNER,
    bytesSent: () => 0,
    bytesReceived: () => 0,
    peer: null,
    lend: async (use, worker) => tickets.lend(use, worker, open.signal),
    [Symbol.asyncDispose]: async () => open.abort(ticketEnded()),
  };
}

function peerPlace(name: string, channel: PeerChannel, peer: KnownPeer | null): OpenPlace {
  return {
    name,
    source: new PeerSource(channel),
    target: new PeerTarget(channel),
    maker: new PeerMaker(channel),
    expirer: new PeerExpirer(channel),
    locker: new PeerLocker(channel),
    // The serving side writes the owner from our certificate; what we would say is not believed.
    owner: '',
    bytesSent: () => channel.bytesSent,
    bytesReceived: () => channel.bytesReceived,
    peer: peer?.key ?? null,
    lend: async (use, worker, signal) => {
      if (peer === null) return notLent('the loopback account');
      const { key, addresses } = peer;
      return { addresses, peer: key, ticket: await askForTicket(channel, use, worker, signal) };
    },
    [Symbol.asyncDispose]: () => channel.close(),
  };
}

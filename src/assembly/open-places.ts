import type { DatasetExpirer } from '../endpoint/dataset-expirer.js';
import type { DatasetMaker } from '../endpoint/dataset-maker.js';
import { PeerExpirer } from '../endpoint/peer/peer-expirer.js';
import { PeerLocker } from '../endpoint/peer/peer-locker.js';
import { PeerMaker } from '../endpoint/peer/peer-maker.js';
import { PeerSource } from '../endpoint/peer/peer-source.js';
import { PeerTarget } from '../endpoint/peer/peer-target.js';
import type { Source } from '../endpoint/source.js';
import type { Target } from '../endpoint/target.js';
import type { OpenPlace, Places } from '../engine/places.js';
import { DmError } from '../model/error.js';
import { LOOPBACK_ACCOUNT_ID } from '../model/ids.js';
import type { PeerChannel } from '../rpc/peer-channel.js';
import type { AccountStore } from './account-store.js';
import type { ObjectPlaces } from './object-places.js';
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

  constructor(
    options: { localAccountId: string },
    modules: {
      local: LocalPlace;
      dialer: PeerDialer;
      objects: ObjectPlaces;
      accounts: AccountStore;
    },
  ) {
    this.#localAccountId = options.localAccountId;
    this.#local = modules.local;
    this.#dialer = modules.dialer;
    this.#objects = modules.objects;
    this.#accounts = modules.accounts;
  }

  async open(
    accountId: string,
    signal: AbortSignal,
    asOfMs: number | null = null,
  ): Promise<OpenPlace> {
    if (asOfMs !== null) return await this.#openAsOf(accountId, asOfMs, signal);
    if (accountId === this.#localAccountId) return localPlace(this.#local);
    if (accountId === LOOPBACK_ACCOUNT_ID) return peerPlace(this.#dialer.loopback());
    const account = await this.#accounts.get(accountId);
    if (account.type === 'DM') return peerPlace(await this.#dialer.dial(accountId, signal));
    return await this.#objects.open(account, signal);
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

function localPlace(local: LocalPlace): OpenPlace {
  return {
    source: local.source,
    target: local.target,
    maker: local.maker,
    expirer: local.expirer,
    locker: null,
    owner: LOCAL_OWNER,
    bytesSent: () => 0,
    bytesReceived: () => 0,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function peerPlace(channel: PeerChannel): OpenPlace {
  return {
    source: new PeerSource(channel),
    target: new PeerTarget(channel),
    maker: new PeerMaker(channel),
    expirer: new PeerExpirer(channel),
    locker: new PeerLocker(channel),
    // The serving side writes the owner from our certificate; what we would say is not believed.
    owner: '',
    bytesSent: () => channel.bytesSent,
    bytesReceived: () => channel.bytesReceived,
    [Symbol.asyncDispose]: () => channel.close(),
  };
}

import type { RemotePlace } from '../endpoint/copy-task.js';
import { parseDmUri } from '../model/account.js';
import { DEFAULT_COMPRESSION } from '../model/compression.js';
import { DmError } from '../model/error.js';
import type { AccountId } from '../model/ids.js';
import { namedError } from '../model/named-error.js';
import type { Log } from '../observe/log.js';
import type { AgentCard } from '../rpc/agent-card.js';
import type { PeerLinks } from '../rpc/link/peer-links.js';
import type { BandwidthPacing } from '../rpc/pacing/bandwidth-pacing.js';
import { PeerChannel } from '../rpc/peer-channel.js';
import { checkPin, learnedPin } from '../security/pin.js';
import type { PeerIdentity } from '../security/trust.js';
import type { Clock } from '../util/clock.js';
import type { AccountStore } from './account-store.js';
import type { TrustStore } from './trust-store.js';

export interface PeerDialerModules {
  readonly accounts: AccountStore;
  readonly trust: TrustStore;
  readonly pacing: BandwidthPacing;
  readonly links: PeerLinks;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes channels to the peers of accounts, with the account's pin having the last word. */
export class PeerDialer {
  readonly #options: { card: AgentCard; loopbackSocket: string };
  readonly #modules: PeerDialerModules;

  constructor(options: { card: AgentCard; loopbackSocket: string }, modules: PeerDialerModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** A channel to this agent itself, through its own peer protocol. */
  loopback(): PeerChannel {
    const { card, loopbackSocket } = this.#options;
    return new PeerChannel({
      card,
      told: (error) => namedError(error, 'account "loopback"'),
      dial: { kind: 'unix', path: loopbackSocket },
    });
  }

  /**
   * A channel that has greeted the account's peer. A peer met for the first time is pinned
   * before the channel is given out. Throws `peer_unreachable`, `peer_untrusted`,
   * `peer_key_mismatch`, `no_identity` or `protocol_mismatch`. Messages name the account, as
   * what it is asked as.
   */
  async dial(
    accountId: string,
    signal: AbortSignal,
    role: 'account' | 'worker' = 'account',
  ): Promise<PeerChannel> {
    const { accounts, trust, pacing, links, log } = this.#modules;
    const account = await accounts.peer(accountId);
    const addresses = parseDmUri(account.uri);
    if (!addresses) {
      throw new DmError(
        'invalid_argument',
        `account "${account.name}" has the uri "${account.uri}"; give dm://host:port`,
      );
    }
    const channel = new PeerChannel({
      card: this.#options.card,
      pacing,
      links,
      compression: account.compression ?? DEFAULT_COMPRESSION,
      told: (error) => namedError(error, `${role} "${account.name}"`),
      dial: {
        kind: 'tls',
        addresses,
        strictHostname: trust.settings.strictHostnameCheck,
        material: () => trust.material(account.clientCertificateId),
        verify: (chain) => trust.verify(chain, 'server', account.caCertificateId),
        // Asked again while it is open: a pin that was changed meanwhile counts.
        admit: (identity) => void checkPin(accounts.pinNow(account), identity, account.name),
      },
    });
    try {
      const { identity } = await channel.hello(signal);
      const pin = accounts.pinNow(account);
      if (identity && checkPin(pin, identity, account.name) === 'learned') {
        await this.#learn(account.id, identity);
        log.info({ account: account.name, peer: identity.spki }, 'peer pinned');
      }
      return channel;
    } catch (error) {
      await channel.close();
      throw error;
    }
  }

  /**
   * A channel to a place that somebody has lent to us with a ticket: it has what the
   * ticket gives, and none of our own rights there. Throws as `dial`, and
   * `ticket_refused`; messages name the place.
   */
  async dialWithTicket(place: RemotePlace, signal: AbortSignal): Promise<PeerChannel> {
    const { trust, pacing, links } = this.#modules;
    const where = place.addresses.join(',');
    const channel = new PeerChannel({
      card: this.#options.card,
      pacing,
      links,
      compression: DEFAULT_COMPRESSION,
      ticket: place.ticket,
      told: (error) => atPlace(where, error),
      dial: {
        kind: 'tls',
        addresses: place.addresses,
        strictHostname: trust.settings.strictHostnameCheck,
        material: () => trust.material(),
        verify: (chain) => trust.verify(chain, 'server'),
        admit: ({ spki }) => refuseOther(spki, place, where),
      },
    });
    try {
      await channel.hello(signal);
      return channel;
    } catch (error) {
      await channel.close();
      throw error;
    }
  }

  async #learn(id: AccountId, identity: PeerIdentity): Promise<void> {
    const { accounts, clock } = this.#modules;
    await accounts.modifyPeer(id, (account) => {
      checkPin(account.pin, identity, account.name);
      return { ...account, pin: learnedPin(account.pin, identity, new Date(clock.now())) };
    });
  }
}

/** What a refusal there says about rights there is not for our log. */
function atPlace(where: string, error: DmError): DmError {
  const { right: _right, identity: _identity, path: _path, ...data } = error.data;
  return new DmError(error.code, `at ${where}: ${error.message}`, { data, cause: error });
}

function refuseOther(spki: string, { peer }: RemotePlace, where: string): void {
  if (spki === peer) return;
  throw new DmError(
    'peer_key_mismatch',
    `another agent than the asker knows answers at ${where}; give its account an address that leads to it from every agent`,
    { data: { spki } },
  );
}

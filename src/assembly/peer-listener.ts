import { DmError, type ErrorData } from '../model/error.js';
import type { Log } from '../observe/log.js';
import type { AgentCard } from '../rpc/agent-card.js';
import type { PeerLinks } from '../rpc/link/peer-links.js';
import type { BandwidthPacing } from '../rpc/pacing/bandwidth-pacing.js';
import type { AccessFor } from '../rpc/peer-access.js';
import { PeerServer } from '../rpc/peer-server.js';
import type { TicketOffice } from '../rpc/tickets/ticket-office.js';
import type { Clock } from '../util/clock.js';
import type { GrantStore } from './grant-store.js';
import type { TrustStore } from './trust-store.js';

/** Identities become valid and expire without anybody changing them. */
const RECHECK_MS = 60_000;

export interface PeerListenerModules {
  readonly trust: TrustStore;
  readonly grants: GrantStore;
  readonly pacing: BandwidthPacing;
  readonly links: PeerLinks;
  readonly accessFor: AccessFor;
  readonly tickets: TicketOffice;
  /** What would allow a refused call, from the data of the refusal. */
  readonly allowing: (data: ErrorData) => readonly string[];
  /** Told of each refusal: its code, or the reason for which a certificate was refused. */
  readonly onRefused: (reason: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The listener for peers: open while a CA and a valid identity are installed, following every
 * change of them and of grants. Closed for good when disposed.
 */
export class PeerListener implements AsyncDisposable {
  readonly #options: { host: string; port: number; card: AgentCard };
  readonly #modules: PeerListenerModules;
  readonly #unsubscribe: readonly (() => void)[];
  readonly #timer: NodeJS.Timeout;
  #server: PeerServer | null = null;
  /** Changes are applied one after the other. */
  #tail: Promise<void> = Promise.resolve();

  private constructor(
    options: { host: string; port: number; card: AgentCard },
    modules: PeerListenerModules,
  ) {
    this.#options = options;
    this.#modules = modules;
    const { trust, grants } = modules;
    this.#unsubscribe = [trust, grants].map((part) => part.onChange(() => void this.#apply()));
    this.#timer = setInterval(() => void this.#apply(), RECHECK_MS).unref();
  }

  /**
   * Resolves when it listens, or when it is known that there is nothing to listen with yet. Throws
   * `invalid_config` for an address that cannot be bound.
   */
  static async open(
    options: { host: string; port: number; card: AgentCard },
    modules: PeerListenerModules,
  ): Promise<PeerListener> {
    const listener = new PeerListener(options, modules);
    await listener.#update();
    return listener;
  }

  /** Bound "host:port"; before anything is bound the address that will be, as configured. */
  get address(): string {
    return `${this.#options.host}:${this.#server?.port ?? this.#options.port}`;
  }

  /** Resolves when every change of trust so far is in effect. */
  settled(): Promise<void> {
    return this.#tail;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearInterval(this.#timer);
    await this.#tail;
    await this.#server?.close();
    this.#server = null;
  }

  #apply(): Promise<void> {
    this.#tail = this.#tail.then(() =>
      this.#update().catch((error: unknown) =>
        this.#modules.log.error(
          { err: error },
          'the peer listener could not follow a change of certificates',
        ),
      ),
    );
    return this.#tail;
  }

  async #update(): Promise<void> {
    const { trust, accessFor, tickets, allowing, onRefused, pacing, links, clock, log } =
      this.#modules;
    const material = this.#material();
    if (material === null) {
      if (this.#server) log.warn({}, 'no valid identity or no CA is left: peers are not served');
      const server = this.#server;
      this.#server = null;
      await server?.close();
      return;
    }
    if (this.#server) {
      this.#server.replaceMaterial(material);
      await this.#server.recheck();
      return;
    }
    const { host, port, card } = this.#options;
    this.#server = await PeerServer.open(
      { listen: { kind: 'tls', host: host.replace(/^\[|\]$/g, ''), port, material }, card },
      {
        accessFor,
        tickets,
        verify: (chain) => trust.verify(chain, 'client'),
        onRefused: (who, error) => {
          const code = error instanceof DmError ? error.code : 'peer_untrusted';
          const why = error instanceof DmError ? error.data.reason : undefined;
          onRefused(code === 'peer_untrusted' && typeof why === 'string' ? why : code);
          const allow = error instanceof DmError ? allowing(error.data) : [];
          log.warn({ peer: who, code, reason: error.message, allow }, 'peer refused');
        },
        onHungUp: (who) => log.info({ peer: who }, 'peer hung up during the TLS handshake'),
        onUnexpected: (method, error) =>
          log.error({ method, err: error }, 'a call failed unexpectedly'),
        now: () => clock.now(),
        pacing,
        links,
      },
    );
    log.info({ listen: this.address }, 'peers are served');
  }

  #material() {
    try {
      return this.#modules.trust.material();
    } catch (error) {
      if (error instanceof DmError && error.code === 'no_identity') return null;
      throw error;
    }
  }
}

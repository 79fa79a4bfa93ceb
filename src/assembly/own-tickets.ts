import type { RemotePlace, TicketUse } from '../endpoint/copy-task.js';
import { DmError } from '../model/error.js';
import type { SpkiFingerprint } from '../model/ids.js';
import type { AccessFor } from '../rpc/peer-access.js';
import type { TicketOffice } from '../rpc/tickets/ticket-office.js';
import { pathOfUse } from '../rpc/tickets/ticketed-access.js';
import { parseCertificate } from '../security/certificate.js';
import { reaches } from '../security/grants.js';
import { escapePath } from '../util/escape.js';
import type { TrustStore } from './trust-store.js';

export interface OwnTicketsModules {
  readonly tickets: TicketOffice;
  readonly trust: Pick<TrustStore, 'material'>;
  /** What policies of this agent may do here when a peer does their work. */
  readonly accessFor: AccessFor;
  /** "host:port" that peers are served at; "" for none. */
  readonly listen: () => string;
}

/** Lends this agent's own place to the workers of its own policies, within `--peer-access`. */
export class OwnTickets {
  readonly #modules: OwnTicketsModules;

  constructor(modules: OwnTicketsModules) {
    this.#modules = modules;
  }

  /**
   * Throws `not_supported` without a listener, `no_identity` without an
   * identity, `refused` beyond `--peer-access`.
   */
  lend(use: TicketUse, worker: SpkiFingerprint, lifetime: AbortSignal): RemotePlace {
    const { tickets, trust, accessFor } = this.#modules;
    const address = this.#address();
    const { reach } = accessFor('local');
    const path = pathOfUse(use);
    if (!reaches(reach, use.direction, path)) {
      throw new DmError(
        'refused',
        `--peer-access of this agent lets no peer ${use.direction}, so no other agent can do this work at ${escapePath(path)}; add ${use.direction} to it, or use --copy-base-new-tasks-account=local or --repeat-copy-base-new-tasks-account=local`,
      );
    }
    const peer = parseCertificate(trust.material().certPem).spkiSha256;
    const ticket = tickets.issue(use, worker, { caller: 'local', chain: [], lifetime });
    return { addresses: [address], peer, ticket };
  }

  /** One that binds every address is found where the worker is called from. */
  #address(): string {
    const listen = this.#modules.listen();
    const port = listen.slice(listen.lastIndexOf(':') + 1);
    const host = listen.slice(0, -port.length - 1);
    if (listen === '' || port === '0') {
      throw new DmError(
        'not_supported',
        'this agent serves no peers, so no other agent can reach its files; start it with --listen and --peer-access, or use --copy-base-new-tasks-account=local or --repeat-copy-base-new-tasks-account=local',
      );
    }
    return ['0.0.0.0', '[::]', '::'].includes(host) ? `:${port}` : listen;
  }
}

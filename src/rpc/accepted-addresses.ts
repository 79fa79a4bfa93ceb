import { Socket } from 'node:net';

/**
 * Where accepted connections come from. A socket that was destroyed does not know it any more, and a TLS handshake that is
 * refused is told of when its socket has been destroyed.
 */
export class AcceptedAddresses {
  readonly #known = new WeakMap<Socket, string>();

  /** To be called with each connection when it is accepted, before TLS takes it over. */
  note(accepted: Socket): void {
    const { remoteAddress, remotePort, localAddress } = accepted;
    if (remoteAddress !== undefined) {
      this.#known.set(accepted, `${remoteAddress}:${remotePort ?? 0}`);
    } else if (localAddress !== undefined) {
      this.#known.set(accepted, 'an address that is gone');
    }
  }

  /** "address:port" for logs, of a connection that was noted or of the TLS socket over it. */
  of(socket: Socket): string {
    return this.#known.get(acceptedOf(socket)) ?? 'local socket';
  }
}

/** The connection below a TLS socket; nothing public leads from one to the other. */
function acceptedOf(socket: Socket): Socket {
  const { _parent: accepted } = socket as { _parent?: unknown };
  return accepted instanceof Socket ? accepted : socket;
}

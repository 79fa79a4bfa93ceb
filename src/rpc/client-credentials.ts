import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
} from 'node:tls';
import { CallCredentials, ChannelCredentials } from '@grpc/grpc-js';
import { DmError } from '../model/error.js';
import { peerChain } from '../security/peer-chain.js';
import { secureContextOptions, type TlsMaterial } from '../security/tls-material.js';
import type { PeerIdentity } from '../security/trust.js';
import type { Pace } from './pacing/bandwidth-pacing.js';
import { pacedCarrier } from './pacing/paced-socket.js';

type SecureConnector = ReturnType<ChannelCredentials['_createSecureConnector']>;

const HANDSHAKE_MS = 10_000;

export interface TlsClientOptions {
  /** Host name or address that was dialled, without the port. */
  readonly host: string;
  readonly material: TlsMaterial;
  /** Also demand that the certificate names the host. */
  readonly strictHostname: boolean;
  /** Checks the chain the server presented, DER, leaf first; throws `peer_untrusted`. */
  readonly verify: (chain: readonly Uint8Array[]) => PeerIdentity;
  /** Has the last word on a verified server: the pin. Throws `peer_key_mismatch`. */
  readonly admit: (identity: PeerIdentity) => void;
  /** How fast bytes go to and from an IP address. */
  readonly pace: (address: string) => Pace;
}

/** The one connection of a channel, as its credentials see it. */
export interface ClientSocket {
  readonly socket: Socket;
  /** Null on a Unix socket. */
  readonly peer: { readonly identity: PeerIdentity; readonly chain: readonly Uint8Array[] } | null;
}

/**
 * Credentials that make their own handshake, so that the pin decides before a byte of ours
 * is sent, errors keep their reason, and the bytes on the socket can be counted. Good for
 * one connection: a reconnect needs new ones.
 */
export abstract class SingleConnectionCredentials extends ChannelCredentials {
  #connection: ClientSocket | null = null;
  #failure: DmError | null = null;
  #used = false;
  #paced = false;

  /** What was connected, or null. */
  get connection(): ClientSocket | null {
    return this.#connection;
  }

  /** Whether bandwidth rules can hold back what goes over the connection. */
  get paced(): boolean {
    return this.#paced;
  }

  /**
   * Why there is no connection, or why it broke, when that is known better here than from the call.
   */
  get failure(): DmError | null {
    return this.#failure;
  }

  protected abstract secure(socket: Socket): Promise<ClientSocket>;

  /** What HTTP/2 speaks through. */
  protected abstract carrier(socket: Socket): Duplex;

  protected fail(error: DmError): void {
    this.#failure ??= error;
  }

  _equals(other: ChannelCredentials): boolean {
    return other === this;
  }

  _createSecureConnector(
    _target: unknown,
    _options: unknown,
    callCredentials?: CallCredentials,
  ): SecureConnector {
    return {
      connect: async (socket) => {
        if (this.#used) throw new Error('the connection was closed');
        this.#used = true;
        this.#connection = await this.secure(socket);
        const { socket: secured } = this.#connection;
        const carrier = this.carrier(secured);
        this.#paced = carrier !== secured;
        // HTTP/2 takes any duplex stream; grpc-js listens to it, and does no more with it.
        return { socket: carrier as Socket, secure: this._isSecure() };
      },
      waitForReady: () => Promise.resolve(),
      getCallCredentials: () => callCredentials ?? CallCredentials.createEmpty(),
      destroy: () => undefined,
    };
  }
}

/**
 * TLS 1.3 with our certificate; the server is checked by OpenSSL, then
 * by `verify`, then by `admit`.
 */
export class PeerClientCredentials extends SingleConnectionCredentials {
  readonly #options: TlsClientOptions;

  constructor(options: TlsClientOptions) {
    super();
    this.#options = options;
  }

  _isSecure(): boolean {
    return true;
  }

  protected carrier(socket: Socket): Duplex {
    return pacedCarrier(socket, this.#options.pace(socket.remoteAddress ?? ''));
  }

  protected async secure(socket: Socket): Promise<ClientSocket> {
    const tls = connect(this.#connectOptions(socket));
    // After the handshake too: a server tells only then that it refuses our certificate.
    tls.on('error', (error) => this.fail(handshakeError(error, this.#options.host)));
    const timer = setTimeout(() => tls.destroy(new Error('TLS handshake timed out')), HANDSHAKE_MS);
    try {
      await once(tls, 'secureConnect');
      const chain = peerChain(tls.getPeerCertificate(true));
      const identity = this.#options.verify(chain);
      this.#options.admit(identity);
      return { socket: tls, peer: { identity, chain } };
    } catch (error) {
      tls.destroy();
      if (error instanceof DmError) this.fail(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #connectOptions(socket: Socket): ConnectionOptions {
    const { host, material, strictHostname } = this.#options;
    return {
      socket,
      secureContext: createSecureContext(secureContextOptions(material)),
      rejectUnauthorized: true,
      ALPNProtocols: ['h2'],
      ...(isIP(host) === 0 && { servername: host }),
      checkServerIdentity: (_name, certificate) =>
        strictHostname ? checkServerIdentity(host, certificate) : undefined,
    };
  }
}

/** For a Unix socket: the file system decides who may connect. */
export class UnixSocketCredentials extends SingleConnectionCredentials {
  _isSecure(): boolean {
    return false;
  }

  protected async secure(socket: Socket): Promise<ClientSocket> {
    return { socket, peer: null };
  }

  protected carrier(socket: Socket): Duplex {
    return socket;
  }
}

const CERTIFICATE_CODES =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_|PATH_LENGTH|ERR_TLS_CERT_ALTNAME|CRL_|HOSTNAME)/;

function handshakeError(error: Error, host: string): DmError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const options = { data: { reason: code.toLowerCase() }, cause: error };
  if (/ALERT_(PROTOCOL_VERSION|HANDSHAKE|NO_APPLICATION)/.test(code)) {
    return new DmError(
      'peer_untrusted',
      `no TLS 1.3 connection to ${host}: ${code}; see that an agent of this program listens there`,
      options,
    );
  }
  if (/^ERR_SSL_.*ALERT/.test(code)) {
    return new DmError(
      'peer_untrusted',
      `${host} refuses our certificate (${code}); install our CA there, or an identity of its CA here`,
      options,
    );
  }
  if (CERTIFICATE_CODES.test(code)) {
    return new DmError(
      'peer_untrusted',
      `the certificate of ${host} is not accepted: ${error.message} (${code}); install the CA that issued it, or renew it there`,
      options,
    );
  }
  return new DmError(
    'peer_unreachable',
    `TLS connection to ${host} failed: ${error.message}; check that an agent listens there with TLS`,
    { cause: error },
  );
}

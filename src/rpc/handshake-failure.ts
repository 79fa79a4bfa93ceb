import type { TLSSocket } from 'node:tls';
import { DmError } from '../model/error.js';

/**
 * Why a client's TLS handshake came to nothing; null when the client just hung up, which is no refusal: port scans and
 * health checks do, and so does a peer that does not accept our certificate.
 */
export function handshakeFailure(error: Error, socket: TLSSocket): DmError | null {
  const { authorizationError: reason } = socket as { authorizationError?: unknown };
  if (reason !== undefined && reason !== null) {
    // Node has no names for what is too weak.
    const hint = reason === 'UNSPECIFIED' ? ', as for a weak signature or key' : '';
    return untrusted(
      `the client's certificate is not accepted: ${reason}${hint}; install the CA that issued it here, or renew it there`,
      String(reason),
    );
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE') {
    return untrusted(
      'the client presents no certificate; install an identity there',
      'no_certificate',
    );
  }
  if (/^ERR_SSL_.*ALERT/.test(code)) {
    return untrusted(
      `the client refuses the handshake (${code}), or our certificate; install our CA there`,
      code,
    );
  }
  if (code.startsWith('ERR_SSL_')) {
    return untrusted(
      `the client does not speak TLS 1.3 with a peer (${code}); see that an agent of this program calls`,
      code,
    );
  }
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') {
    return new DmError(
      'peer_unreachable',
      'the client did not finish its TLS handshake in time; look at the network between here and there',
    );
  }
  return null;
}

function untrusted(text: string, reason: string): DmError {
  return new DmError('peer_untrusted', text, { data: { reason: reason.toLowerCase() } });
}

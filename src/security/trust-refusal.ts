import { DmError } from '../model/error.js';
import type { Certificate } from './certificate.js';
import { escapeControl } from './distinguished-name.js';

/** Why a peer is not trusted: `data.reason` of `peer_untrusted`. */
export type TrustReason =
  | 'no_certificate'
  | 'malformed'
  | 'bad_name'
  | 'self_signed'
  | 'unknown_ca'
  | 'ca_as_leaf'
  | 'not_a_ca'
  | 'path_too_long'
  | 'unknown_critical_extension'
  | 'expired'
  | 'not_yet_valid'
  | 'wrong_eku'
  | 'wrong_key_usage'
  | 'weak_key'
  | 'weak_signature'
  | 'revoked'
  | 'crl_expired'
  | 'crl_not_yet_valid'
  | 'crl_wrong_signer';

/** The error for a certificate that is refused. `problem` says what is wrong and what to do. */
export function untrusted(
  reason: TrustReason,
  certificate: Pick<Certificate, 'subject' | 'fingerprintSha256'>,
  problem: string,
): DmError {
  return new DmError(
    'peer_untrusted',
    `certificate "${certificate.subject}": ${escapeControl(problem)}`,
    {
      data: {
        reason,
        subject: certificate.subject,
        fingerprint: certificate.fingerprintSha256,
      },
    },
  );
}

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { SpkiFingerprint } from '../model/ids.js';
import { toHex } from '../util/bytes.js';

/** Layout in docs/formats.md. */
const FORMAT = 1;
const ID_BYTES = 16;
const DIGEST_BYTES = 32;
const BODY_BYTES = 2 + ID_BYTES + 2 * DIGEST_BYTES + 8;
const SIGNATURE_BYTES = 64;
export const TICKET_BYTES = BODY_BYTES + SIGNATURE_BYTES;
/** Keeps a signature from being taken for one of something else. */
const CONTEXT = Buffer.from('datamover ticket\0');
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export type TicketDirection = 'read' | 'write';

/** What a ticket says. */
export interface Ticket {
  readonly direction: TicketDirection;
  /** 16 random bytes, given once. */
  readonly id: Uint8Array;
  /** Public key of the peer that may show it. */
  readonly worker: SpkiFingerprint;
  /** SHA-256 of what it is for: dataset, path, target, and how. */
  readonly use: Uint8Array;
  /** Milliseconds by the issuer's own measure of time. */
  readonly expiresAtMs: number;
}

/** The key that an issuer signs with and knows its own tickets by. */
export class TicketKey {
  readonly #private: KeyObject;
  readonly #public: KeyObject;

  /** `seed`: 32 random bytes, for this key alone. */
  constructor(seed: Uint8Array) {
    const der = Buffer.concat([PKCS8_PREFIX, seed]);
    this.#private = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    this.#public = createPublicKey(this.#private);
  }

  seal(ticket: Ticket): Buffer {
    const body = Buffer.alloc(BODY_BYTES);
    body.writeUInt8(FORMAT, 0);
    body.writeUInt8(ticket.direction === 'read' ? 1 : 2, 1);
    body.set(ticket.id, 2);
    body.set(Buffer.from(ticket.worker, 'hex'), 2 + ID_BYTES);
    body.set(ticket.use, 2 + ID_BYTES + DIGEST_BYTES);
    body.writeBigUInt64BE(BigInt(ticket.expiresAtMs), BODY_BYTES - 8);
    return Buffer.concat([body, sign(null, Buffer.concat([CONTEXT, body]), this.#private)]);
  }

  /** Null for bytes that this key has not signed. */
  open(bytes: Uint8Array): Ticket | null {
    const sealed = Buffer.from(bytes);
    if (sealed.length !== TICKET_BYTES) return null;
    const body = sealed.subarray(0, BODY_BYTES);
    const signature = sealed.subarray(BODY_BYTES);
    if (!verify(null, Buffer.concat([CONTEXT, body]), this.#public, signature)) return null;
    const at = 2 + ID_BYTES;
    return {
      direction: body.readUInt8(1) === 1 ? 'read' : 'write',
      id: body.subarray(2, at),
      worker: toHex(body.subarray(at, at + DIGEST_BYTES)) as SpkiFingerprint,
      use: body.subarray(at + DIGEST_BYTES, at + 2 * DIGEST_BYTES),
      expiresAtMs: Number(body.readBigUInt64BE(BODY_BYTES - 8)),
    };
  }
}

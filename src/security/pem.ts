import { DmError } from '../model/error.js';

const MAX_PEM_BYTES = 16 * 1024 * 1024;

/**
 * The DER of every block with this label ("CERTIFICATE", "X509 CRL"), in file
 * order; text around the blocks is ignored.
 */
export function pemBlocks(pem: string, label: string): Buffer[] {
  if (pem.length > MAX_PEM_BYTES) {
    throw new DmError(
      'certificate_invalid',
      `a PEM file of ${pem.length} bytes is too large; at most ${MAX_PEM_BYTES} are read`,
    );
  }
  const blocks: Buffer[] = [];
  const pattern = new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`, 'g');
  for (const match of pem.matchAll(pattern)) {
    const body = (match[1] ?? '').replace(/\s+/g, '');
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) {
      throw new DmError(
        'certificate_invalid',
        `the ${label} block is not base64; the file is damaged, ask for a new copy`,
      );
    }
    blocks.push(Buffer.from(body, 'base64'));
  }
  return blocks;
}

/** One PEM block, 64 characters a line, with a final newline. */
export function toPem(der: Uint8Array, label: string): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

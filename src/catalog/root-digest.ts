import { blake3 } from '@napi-rs/blake-hash';
import { type DigestHex, parseDigest } from '../model/ids.js';
import type { MapRoot } from './map-root.js';
import { DIGEST_BYTES, FORMAT_VERSION } from './page-format.js';

const DOMAIN = 'datamover dataset root\0';

/**
 * What a dataset is, apart from its content: BLAKE3 of the domain text, the page format version as
 * u32, and the root digests of entries, inodes and links (32 zero bytes for an empty map).
 */
export function rootDigest(roots: {
  readonly entries: MapRoot | null;
  readonly inodes: MapRoot | null;
  readonly links: MapRoot | null;
}): DigestHex {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(FORMAT_VERSION);
  const digests = [roots.entries, roots.inodes, roots.links].map((root) =>
    root === null ? Buffer.alloc(DIGEST_BYTES) : Buffer.from(root.digest, 'hex'),
  );
  return parseDigest(
    blake3(Buffer.concat([Buffer.from(DOMAIN), version, ...digests])).toString('hex'),
  );
}

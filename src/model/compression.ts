import { DmError } from './error.js';

/**
 * Whether what travels between this agent and a peer is compressed: as
 * the link asks for it, always, never.
 */
export const COMPRESSION_MODES = ['auto', 'zstd', 'off'] as const;
export type CompressionMode = (typeof COMPRESSION_MODES)[number];

export const DEFAULT_COMPRESSION: CompressionMode = 'auto';

/** Throws `invalid_argument`. */
export function parseCompression(text: string): CompressionMode {
  for (const mode of COMPRESSION_MODES) if (mode === text) return mode;
  throw new DmError(
    'invalid_argument',
    `--compression "${text.slice(0, 100)}" is not known; use ${COMPRESSION_MODES.join(', ')}`,
  );
}

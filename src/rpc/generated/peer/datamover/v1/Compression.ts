// Original file: proto/datamover/v1/peer.proto

export const Compression = {
  COMPRESSION_NONE: 'COMPRESSION_NONE',
  COMPRESSION_AUTO: 'COMPRESSION_AUTO',
  COMPRESSION_ZSTD: 'COMPRESSION_ZSTD',
} as const;

export type Compression =
  | 'COMPRESSION_NONE'
  | 0
  | 'COMPRESSION_AUTO'
  | 1
  | 'COMPRESSION_ZSTD'
  | 2

export type Compression__Output = typeof Compression[keyof typeof Compression]

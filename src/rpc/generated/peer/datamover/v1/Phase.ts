// Original file: proto/datamover/v1/peer.proto

export const Phase = {
  PHASE_UNSPECIFIED: 'PHASE_UNSPECIFIED',
  PHASE_STRUCTURE: 'PHASE_STRUCTURE',
  PHASE_CONTENT: 'PHASE_CONTENT',
  PHASE_END: 'PHASE_END',
} as const;

export type Phase =
  | 'PHASE_UNSPECIFIED'
  | 0
  | 'PHASE_STRUCTURE'
  | 1
  | 'PHASE_CONTENT'
  | 2
  | 'PHASE_END'
  | 3

export type Phase__Output = typeof Phase[keyof typeof Phase]

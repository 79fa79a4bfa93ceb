import type { PeerRight } from '../model/peer-right.js';

/** Any one of these rights opens a method; Hello needs none. */
export const RIGHTS_OF_METHOD = {
  Hello: [],
  ListDatasets: ['read', 'write'],
  GetDataset: ['read'],
  FindBookmark: ['read'],
  Changes: ['read'],
  Feedback: ['read'],
  Lookup: ['read'],
  ListDirectory: ['read'],
  Details: ['read'],
  Read: ['read'],
  VerifyDataset: ['read'],
  CreateDataset: ['create'],
  PreviewDataset: ['create'],
  ExpireDatasets: ['expire'],
  HoldDataset: ['read', 'write'],
  ReleaseDataset: ['read', 'write'],
  InspectTarget: ['write'],
  Begin: ['write'],
  Write: ['write'],
  Commit: ['write'],
  Abort: ['write'],
  IssueTicket: ['read', 'write'],
  RunCopy: ['work'],
} as const satisfies Record<string, readonly PeerRight[]>;

export type PeerMethod = keyof typeof RIGHTS_OF_METHOD;

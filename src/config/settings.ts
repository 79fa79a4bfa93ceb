import type { PeerRight } from '../model/peer-right.js';

/** Settings of an agent, checked and in the units the program works with. */
export interface AgentSettings {
  readonly stateDir: string;
  readonly roots: readonly string[];
  readonly listen: { readonly host: string; readonly port: number };
  readonly socket: string;
  readonly name: string;
  readonly logLevel: LogLevel;
  /** What peers may do here at most; empty opens no listener. */
  readonly peerAccess: readonly PeerRight[];
  /** Datasets made here for one peer at one path that are kept at most. */
  readonly peerMaxDatasets: number;
  /** How long a dataset made here for a peer is kept at most. */
  readonly peerMaxRetentionSeconds: number;
  /** Bytes of all trees received from one peer; null is no limit. */
  readonly peerMaxBytes: number | null;
  /** Where metrics and health are served; null is nowhere. */
  readonly http: { readonly host: string; readonly port: number } | null;
  /** Part of a file system, in percent, that captures and receives leave free. */
  readonly minFreePercent: number;
  /** Where programs lie that policies may run; null when they may run none. */
  readonly hooksDir: string | null;
  readonly allowRootFilesystem: boolean;
  /** For policies that do not say themselves whether a partial run counts as finished. */
  readonly partial: 'allow' | 'fail';
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

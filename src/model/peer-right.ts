/**
 * What a peer may be allowed at an agent. `privileged` only matters beside
 * `write`; `work` lets it have copies run here.
 */
export const PEER_RIGHTS = ['read', 'create', 'write', 'expire', 'work', 'privileged'] as const;
/** What a peer without a grant may do where nothing else is set. */
export const DEFAULT_PEER_RIGHTS = ['read', 'create', 'write', 'privileged'] as const;
export type PeerRight = (typeof PEER_RIGHTS)[number];

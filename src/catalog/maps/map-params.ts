import type { MapParams } from '../page-rule.js';

/**
 * Every map of a tree. Averages are chosen for leaves of 4 to 8 KiB; they are part of the format.
 */
export const MAPS = {
  entries: { name: 'entries', leafEntries: 128 },
  inodes: { name: 'inodes', leafEntries: 48 },
  links: { name: 'links', leafEntries: 128 },
  content: { name: 'content', leafEntries: 128 },
  side: { name: 'side', leafEntries: 192 },
  exceptions: { name: 'exceptions', leafEntries: 48 },
  bindings: { name: 'bindings', leafEntries: 96 },
  inodeIndex: { name: 'inode-index', leafEntries: 256 },
} as const satisfies Record<string, MapParams>;

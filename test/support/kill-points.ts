/** Where an agent is killed: in the middle of one of these system calls while its job does what the name says. */
export interface KillPoint {
  readonly name: string;
  readonly victim: 'sender' | 'receiver';
  readonly during: 'capture' | 'copy';
  readonly calls: readonly string[];
  /** The point is the 1st to this call of a thread. */
  readonly upTo: number;
}

/** Each is a step after which something is there, or durable, that was not before. */
export const KILL_POINTS: readonly KillPoint[] = [
  point('scratch of a capture is made', 'sender', 'capture', ['mkdir', 'mkdirat'], 2),
  point('a version is stored', 'sender', 'capture', ['copy_file_range', 'ioctl'], 9),
  point('pages and versions of a capture are made durable', 'sender', 'capture', ['syncfs'], 2),
  point('a capture syncs a file', 'sender', 'capture', ['fsync', 'fdatasync'], 6),
  point('the record of a captured dataset is put in place', 'sender', 'capture', ['rename'], 3),
  point('leftovers of a capture are removed', 'sender', 'capture', ['unlink', 'rmdir'], 3),
  point('the job of the sender is noted', 'sender', 'copy', ['fdatasync', 'fsync'], 5),
  point('staging is made', 'receiver', 'copy', ['mkdir', 'mkdirat'], 4),
  point('staging is proved by a link', 'receiver', 'copy', ['link', 'linkat'], 1),
  point('content is staged', 'receiver', 'copy', ['pwrite64', 'copy_file_range'], 20),
  point('received pages and logs are synced', 'receiver', 'copy', ['fdatasync', 'fsync'], 8),
  point('a durable point is made', 'receiver', 'copy', ['syncfs'], 4),
  point('an entry gets its owner', 'receiver', 'copy', ['fchown', 'fchownat'], 4),
  point('an entry gets its times', 'receiver', 'copy', ['utimensat'], 9),
  point('names are put in place', 'receiver', 'copy', ['renameat2', 'renameat'], 20),
  point('a session or dataset record is replaced', 'receiver', 'copy', ['rename'], 9),
  point('what went is removed', 'receiver', 'copy', ['unlinkat', 'unlink', 'rmdir'], 8),
];

function point(
  name: string,
  victim: KillPoint['victim'],
  during: KillPoint['during'],
  calls: readonly string[],
  upTo: number,
): KillPoint {
  return { name, victim, during, calls, upTo };
}

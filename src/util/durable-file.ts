import { closeSync, constants, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/**
 * Replaces `directory/name` so that after a crash either the old or the new content is there,
 * whole, and after the return it is the new one: temporary file, fsync, rename, fsync of the
 * directory. A temporary left by a crash is overwritten by the next call.
 */
export function writeDurably(directory: string, name: string, content: string | Uint8Array): void {
  const temporary = `${directory}/.${name}.new`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const fd = openSync(temporary, flags, 0o600);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    let at = 0;
    while (at < bytes.length) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, `${directory}/${name}`);
  syncDirectory(directory);
}

/** Makes the names in a directory survive a power loss. */
export function syncDirectory(directory: string): void {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

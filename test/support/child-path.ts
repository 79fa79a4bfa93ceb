/**
 * A path for the command line of a shell, whatever its bytes are: Node's arguments are UTF-8 only.
 * A path through this process's descriptors is made good for a child.
 */
export function childPath(path: Buffer): string {
  const absolute = path.toString('latin1').replace('/proc/self/', `/proc/${process.pid}/`);
  const escaped = [...Buffer.from(absolute, 'latin1')].map(
    (byte) => `\\x${byte.toString(16).padStart(2, '0')}`,
  );
  return `$'${escaped.join('')}'`;
}

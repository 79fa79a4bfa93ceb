import { lastError } from './errno.js';
import { bind } from './libc.js';

const withMemory = bind<(fd: number, request: number, argument: Uint8Array) => number>(
  'ioctl',
  'int',
  ['int', 'size_t', 'pointer'],
);
const withNumber = bind<(fd: number, request: number, argument: number) => number>('ioctl', 'int', [
  'int',
  'size_t',
  'int64_t',
]);

/**
 * An ioctl that reads or fills `argument`; `name` is for the error. Returns what the call returned.
 */
export function ioctl(fd: number, request: number, argument: Uint8Array, name: string): number {
  const result = withMemory(fd, request, argument);
  if (result === -1) throw lastError(name);
  return result;
}

/** An ioctl whose argument is a number, such as a descriptor. */
export function ioctlNumber(fd: number, request: number, argument: number, name: string): number {
  const result = withNumber(fd, request, argument);
  if (result === -1) throw lastError(name);
  return result;
}

/**
 * A base path at an object account in its one form: components joined
 * by single slashes, none at the ends.
 */
export function objectPath(path: Uint8Array): Buffer {
  const components = Buffer.from(path)
    .toString('latin1')
    .split('/')
    .filter((component) => component !== '');
  return Buffer.from(components.join('/'), 'latin1');
}

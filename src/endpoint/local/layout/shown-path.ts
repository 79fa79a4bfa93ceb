import { readlinkSync } from 'node:fs';
import { escapePath } from '../../../util/escape.js';

/**
 * A path as people know it, for messages: what lies in `.datamover` is reached through a descriptor.
 */
export function shownPath(path: string): string {
  const parts = /^(\/proc\/self\/fd\/[0-9]+)(\/.*)?$/s.exec(path);
  if (parts === null) return path;
  const [, link = '', rest = ''] = parts;
  return `${escapePath(readlinkSync(link, { encoding: 'buffer' }))}${rest}`;
}

import { normalAbsolute } from '../model/absolute-path.js';
import { parseEscaped } from '../util/escape.js';

const SLASH = 0x2f;

/**
 * The bytes of a path as a policy names it, in its one form. Base paths of object
 * accounts may be relative: they stay as they are.
 */
export function placePath(text: string): Buffer {
  const path = parseEscaped(text);
  return path[0] === SLASH ? normalAbsolute(path) : path;
}

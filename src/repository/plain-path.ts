import { isUtf8 } from 'node:buffer';
import type { Gfid } from '../model/ids.js';
import { hex16 } from '../util/hex16.js';
import { objectPath } from './object-path.js';

/**
 * The last component of the base path of a repository whose files are plain
 * objects, in the folder that it lies in.
 */
export const PLAIN_FOLDER = '.datamover';
/** Longer keys some store does not take. */
const MAX_KEY_BYTES = 900;
/** What a listing in XML cannot hold. */
const UNFIT = /[\p{Cc}\uFFFE\uFFFF]/u;

/** The base path of the repository that holds the catalog of a plain copy at `path`. */
export function plainRepository(path: Uint8Array): Buffer {
  return Buffer.concat([objectPath(path), Buffer.from(`/${PLAIN_FOLDER}`)]);
}

/**
 * Where the plain objects of the repository at `basePath` lie; null for a repository with packs.
 */
export function plainTree(basePath: Uint8Array): Buffer | null {
  const path = objectPath(basePath);
  const ending = Buffer.from(`/${PLAIN_FOLDER}`);
  const at = path.length - ending.length;
  return at > 0 && path.subarray(at).equals(ending) ? path.subarray(0, at) : null;
}

/**
 * The key of a file whose first name has this path: `tree`, which ends with "/",
 * and the path; where that is no key that every store and tool takes, a key in
 * the plain folder by the id of the file.
 */
export function plainKey(tree: string, path: readonly Uint8Array[], gfid: Gfid): string {
  const byId = `${tree}${PLAIN_FOLDER}/files/${hex16(gfid)}`;
  if (path.some((name) => !isUtf8(name))) return byId;
  const names = path.map((name) => Buffer.from(name).toString());
  const key = `${tree}${names.join('/')}`;
  const isUnfit =
    names[0] === PLAIN_FOLDER || UNFIT.test(key) || Buffer.byteLength(key) > MAX_KEY_BYTES;
  return isUnfit ? byId : key;
}

import { randomBytes } from 'node:crypto';
import { DmError } from '../model/error.js';

declare const brand: unique symbol;
/** 32 lower-case hex digits: the random 128-bit id of one repository in an object store. */
export type RepositoryId = string & { readonly [brand]: 'RepositoryId' };

export function parseRepositoryId(text: string): RepositoryId {
  if (!/^[0-9a-f]{32}$/.test(text)) {
    throw new DmError('corrupt', `"${text.slice(0, 80)}" is not the id of a repository`);
  }
  return text as RepositoryId;
}

export function newRepositoryId(): RepositoryId {
  return parseRepositoryId(randomBytes(16).toString('hex'));
}

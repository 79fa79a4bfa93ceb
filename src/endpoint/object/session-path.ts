import { objectPath } from '../../repository/object-path.js';

/** The name of a base path among the receive sessions of an account. */
export function sessionPath(basePath: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('/'), objectPath(basePath)]);
}

import { MAX_FRAME } from '../../../catalog/page-format.js';
import type { PageRef, PageSource } from '../../../catalog/page-store.js';
import { decodePageFrame } from '../../../repository/frame-codec.js';
import type { RepositoryKeys } from '../../../repository/repository-keys.js';
import type { PackRanges } from './pack-ranges.js';

/** The pages of a repository's maps. */
export class RepositoryPages implements PageSource {
  readonly #ranges: PackRanges;
  readonly #keys: RepositoryKeys;

  constructor(modules: { ranges: PackRanges; keys: RepositoryKeys }) {
    this.#ranges = modules.ranges;
    this.#keys = modules.keys;
  }

  async read({ locator: { pack, offset, length } }: PageRef): Promise<Uint8Array> {
    const stored = await this.#ranges.read('pages', pack, offset, length);
    const frame = this.#keys.open(stored, { kind: 'pages', pack, offset });
    return decodePageFrame(frame, MAX_FRAME);
  }
}

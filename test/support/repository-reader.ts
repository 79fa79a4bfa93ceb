import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blake3 } from '@napi-rs/blake-hash';
import { Catalog } from '../../src/catalog/catalog.js';
import { MapReader } from '../../src/catalog/map-reader.js';
import { contentOf, decodeContentKey, decodeContentValue } from '../../src/catalog/maps/content.js';
import { MAX_FRAME } from '../../src/catalog/page-format.js';
import { PageReader } from '../../src/catalog/page-reader.js';
import type { PageSource } from '../../src/catalog/page-store.js';
import { type Gfid, ROOT_GFID } from '../../src/model/ids.js';
import type { Inode } from '../../src/model/inode.js';
import { decodeFrame, decodePageFrame } from '../../src/repository/frame-codec.js';
import { type ObjectPackKind, RepositoryLayout } from '../../src/repository/object-layout.js';
import { checkObjectPackHeader } from '../../src/repository/object-pack-format.js';
import { openRecordObject } from '../../src/repository/record-object.js';
import { parseRepositoryFormat } from '../../src/repository/repository-format.js';
import { RepositoryKeys } from '../../src/repository/repository-keys.js';
import {
  parseRepositoryRecord,
  type RepositoryRecord,
} from '../../src/repository/repository-record.js';
import { decodeExtent, decodeExtentKey, extentsOf } from '../../src/repository/segments-map.js';

const LEAF = 65_536;

/**
 * Reads a repository in a directory as docs/object-format.md describes it,
 * and checks every digest on the way.
 */
export class RepositoryReader {
  readonly #store: string;
  readonly #layout: RepositoryLayout;
  readonly #keys: RepositoryKeys;
  readonly #repository: ReturnType<typeof parseRepositoryFormat>['repository'];

  /** Data packs that what was read so far lies in. */
  readonly dataPacks = new Set<string>();

  /** Frames that are read one after the other mostly lie in one pack. */
  #last: { readonly key: string; readonly bytes: Buffer } | null = null;

  constructor(store: string, basePath: Uint8Array | string, master: Uint8Array | null = null) {
    this.#store = store;
    this.#layout = new RepositoryLayout(Buffer.from(basePath));
    const format = parseRepositoryFormat(this.#object(this.#layout.format).toString(), 'format');
    this.#repository = format.repository;
    this.#keys = new RepositoryKeys(format.repository, master);
  }

  /** Oldest first. */
  records(): RepositoryRecord[] {
    return readdirSync(join(this.#store, this.#layout.datasets))
      .sort()
      .map((name) => this.#record(`${this.#layout.datasets}${name}`));
  }

  /** Bytes of all objects below a prefix of the repository. */
  storedBytes(kind: ObjectPackKind): number {
    const directory = join(this.#store, this.#layout.packs(kind));
    return readdirSync(directory)
      .map((name) => readFileSync(join(directory, name)).length)
      .reduce((sum, length) => sum + length, 0);
  }

  /** Path to content of every regular file of a dataset. */
  async files(record: RepositoryRecord): Promise<Map<string, Buffer>> {
    const pages = new PageReader({}, { source: this.#pages() });
    const catalog = new Catalog(record.maps, { pages });
    const segments = new MapReader(pages, record.maps.segments);
    const found = new Map<string, Buffer>();
    const walk = async (directory: Gfid, prefix: string): Promise<void> => {
      for await (const batch of catalog.list(directory)) {
        for (const { name, gfid, type } of batch) {
          const path = `${prefix}${Buffer.from(name).toString()}`;
          if (type === 'dir') await walk(gfid, `${path}/`);
          if (type !== 'file') continue;
          const inode = await catalog.inode(gfid);
          if (inode === null) throw new Error(`${path} has no inode`);
          found.set(path, await this.#content(path, gfid, inode, catalog, segments));
        }
      }
    };
    await walk(ROOT_GFID, '');
    return found;
  }

  async #content(
    path: string,
    gfid: Gfid,
    inode: Inode,
    catalog: Catalog,
    segments: MapReader,
  ): Promise<Buffer> {
    const content = Buffer.alloc(Number(inode.size));
    let at = 0;
    for await (const batch of segments.range({ prefix: extentsOf(gfid) })) {
      for (const { key, value } of batch) {
        const { offset } = decodeExtentKey(key);
        const extent = decodeExtent(value);
        if (Number(offset) !== at) throw new Error(`${path}: a gap or an overlap at ${at}`);
        at += Number(extent.length);
        if (extent.segment === null) continue;
        const { pack, offset: start, length, rawLength, frameStart, frameLength } = extent.segment;
        const frame = this.#frame('data', pack, start, length);
        const whole = await decodeFrame(frame, frameLength);
        const segment = whole.subarray(frameStart, frameStart + rawLength);
        if (this.#keys.digest(segment).compare(extent.digest) !== 0) {
          throw new Error(`${path}: a segment without its digest`);
        }
        segment.copy(content, Number(offset), extent.start, extent.start + Number(extent.length));
      }
    }
    if (at !== content.length) throw new Error(`${path}: ${at} bytes of ${content.length}`);
    await this.#checkLeaves(path, gfid, content, catalog);
    return content;
  }

  async #checkLeaves(path: string, gfid: Gfid, content: Buffer, catalog: Catalog): Promise<void> {
    let count = 0;
    for await (const batch of catalog.content.range({ prefix: contentOf(gfid) })) {
      for (const { key, value } of batch) {
        const { leaf } = decodeContentKey(key);
        const bytes = content.subarray(leaf * LEAF, (leaf + 1) * LEAF);
        const digest = decodeContentValue(value);
        const isRight =
          digest === null
            ? bytes.equals(Buffer.alloc(bytes.length))
            : blake3(bytes).equals(Buffer.from(digest));
        if (!isRight) throw new Error(`${path}: leaf ${leaf} has another digest`);
        count++;
      }
    }
    if (count !== Math.ceil(content.length / LEAF)) throw new Error(`${path}: ${count} leaves`);
  }

  #pages(): PageSource {
    return {
      read: ({ locator: { pack, offset, length } }) =>
        decodePageFrame(this.#frame('pages', pack, offset, length), MAX_FRAME),
    };
  }

  #frame(
    kind: ObjectPackKind,
    pack: Parameters<RepositoryLayout['pack']>[1],
    offset: number,
    length: number,
  ): Uint8Array {
    const key = this.#layout.pack(kind, pack);
    if (kind === 'data') this.dataPacks.add(pack);
    if (this.#last?.key !== key) this.#last = { key, bytes: this.#object(key) };
    const { bytes } = this.#last;
    checkObjectPackHeader(bytes.subarray(0, 32), kind, pack);
    return this.#keys.open(bytes.subarray(offset, offset + length), { kind, pack, offset });
  }

  #record(key: string): RepositoryRecord {
    const place = { repository: this.#repository, key };
    const { record } = openRecordObject(this.#object(key).toString(), place, { keys: this.#keys });
    return parseRepositoryRecord(record, key);
  }

  #object(key: string): Buffer {
    return readFileSync(join(this.#store, key));
  }
}

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyMutations } from '../../src/catalog/apply-mutations.js';
import { MAPS } from '../../src/catalog/maps/map-params.js';
import { PageReader } from '../../src/catalog/page-reader.js';
import { rootDigest } from '../../src/catalog/root-digest.js';
import { RepositoryLayout } from '../../src/repository/object-layout.js';
import { ObjectPagePacks } from '../../src/repository/object-page-packs.js';
import { openRecordObject, recordObject } from '../../src/repository/record-object.js';
import type { RecordSigner } from '../../src/repository/record-signature.js';
import { parseRepositoryFormat } from '../../src/repository/repository-format.js';
import { RepositoryKeys } from '../../src/repository/repository-keys.js';
import {
  parseRepositoryRecord,
  serialiseRepositoryRecord,
} from '../../src/repository/repository-record.js';
import type { HostileDataset } from './hostile-dataset.js';

/**
 * What the owner of a bucket's keys can do to a repository that is not encrypted, in a directory: its newest dataset has the
 * records of another one, in pages and under a record of which every digest is right.
 */
export async function forgeNewest(
  store: string,
  basePath: string,
  dataset: HostileDataset,
  signer: RecordSigner | null = null,
): Promise<void> {
  const layout = new RepositoryLayout(Buffer.from(basePath));
  const format = readFileSync(join(store, layout.format), 'utf8');
  const { repository } = parseRepositoryFormat(format, 'format');
  const keys = new RepositoryKeys(repository, null);
  const packs = new ObjectPagePacks({ directory: join(store, layout.packs('pages')) }, { keys });
  const modules = { pages: new PageReader({}, { source: packs }), sink: packs };
  const map = (name: 'entries' | 'inodes' | 'links') => {
    const puts = [...dataset[name]].sort((a, b) => Buffer.compare(a.key, b.key));
    async function* mutations() {
      if (puts.length > 0) yield puts;
    }
    return applyMutations({ params: MAPS[name], base: null, mutations: mutations() }, modules);
  };
  const maps = {
    entries: await map('entries'),
    inodes: await map('inodes'),
    links: await map('links'),
    content: null,
    side: null,
    exceptions: null,
    segments: null,
  };
  await packs.sync();
  packs[Symbol.dispose]();
  const name = readdirSync(join(store, layout.datasets)).sort().at(-1) ?? '';
  const key = `${layout.datasets}${name}`;
  const place = { repository, key };
  const { record } = openRecordObject(readFileSync(join(store, key), 'utf8'), place, { keys });
  const forged = {
    ...parseRepositoryRecord(record, key),
    maps,
    rootDigest: rootDigest(maps),
    contentDigest: null,
    contentDigestState: 'none' as const,
    entries: dataset.entries.length,
    bytes: 0n,
  };
  const text = serialiseRepositoryRecord(forged);
  writeFileSync(join(store, key), recordObject(text, place, { keys, signer }));
}

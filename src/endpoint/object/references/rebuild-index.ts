import { mkdirSync, rmSync } from 'node:fs';
import { EMPTY_ROOTS } from '../../../catalog/catalog-roots.js';
import type { PackId } from '../../../catalog/page-store.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { fileChunks } from '../../../util/file-chunks.js';
import type { Repository } from '../repository.js';
import { repositoryDatasets } from '../repository-datasets.js';
import { IndexBuilder } from './index-builder.js';
import { ReferenceWalk } from './reference-walk.js';
import { pagesInOrder } from './referenced-packs.js';

export interface RebuildIndexModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
}

/**
 * Makes one index run of everything that datasets refer to, and puts it. Pages that cannot be read are passed over: the index
 * only serves to store less. `onRun` may take the local copy. Returns its id; null when there is nothing to index.
 */
export async function rebuildIndex(
  { directory }: { directory: string },
  modules: RebuildIndexModules,
  onRun: (run: { readonly id: PackId; readonly path: string }) => void,
  signal: AbortSignal,
): Promise<PackId | null> {
  const { repository, store } = modules;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    using index = new IndexBuilder({ directory }, { keys: repository.keys });
    const visitor = {
      page: () => undefined,
      segment: index.add.bind(index),
      damaged: () => undefined,
    };
    const pages = pagesInOrder(modules, signal);
    using walk = new ReferenceWalk({ directory }, { pages, visitor });
    for await (const { record } of repositoryDatasets(repository, modules, signal)) {
      walk.add({ ...EMPTY_ROOTS, segments: record.maps.segments });
    }
    await walk.run(signal);
    const run = await index.finish(signal);
    if (run === null) return null;
    await store.putStream(repository.layout.indexRun(run.id), fileChunks(run.path), {}, signal);
    onRun(run);
    return run.id;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

import type { DataRoot } from '../../endpoint/local/layout/data-root.js';
import type { LocalTree } from '../../endpoint/local/layout/local-tree.js';
import type { TreeDirectory } from '../../endpoint/local/layout/tree-directory.js';
import type { LocalTarget } from '../../endpoint/local/local-target.js';
import { DmError } from '../../model/error.js';
import type { TargetRef__Output } from '../../rpc/generated/control/datamover/v1/TargetRef.js';
import type { TargetView } from '../../rpc/generated/control/datamover/v1/TargetView.js';
import type { DatasetNumbers } from '../../state/dataset-numbers.js';
import { parseEscaped } from '../../util/escape.js';
import { pathFields, timeText } from './views.js';

export interface TargetHandlerModules {
  readonly roots: readonly DataRoot[];
  readonly numbers: DatasetNumbers;
  readonly target: Pick<LocalTarget, 'release' | 'reclaim'>;
}

/** The target commands of the control service: trees that were received here. */
export function targetHandlers(modules: TargetHandlerModules) {
  const views = async () => {
    const found: TargetView[] = [];
    for (const root of modules.roots) {
      for (const { directory, tree } of root.trees()) {
        if (tree.role === 'received')
          found.push(await targetView(directory, tree, modules.numbers));
      }
    }
    return found;
  };
  const view = async (wantedPath: string) => {
    const wanted = pathFields(parseEscaped(wantedPath)).path.replace(/(?<=.)\/+$/, '');
    const target = (await views()).find(({ path }) => path === wanted);
    if (target) return target;
    throw new DmError(
      'not_found',
      `no tree was received at ${wantedPath}; see \`dm targets list\``,
    );
  };
  return {
    listTargets: async () => ({ targets: await views() }),
    getTarget: ({ path }: TargetRef__Output) => view(path),
    releaseTarget: async ({ path }: TargetRef__Output, signal: AbortSignal) => {
      await modules.target.release(parseEscaped(path), signal);
      return view(path);
    },
    reclaimTarget: async ({ path }: TargetRef__Output) => {
      await modules.target.reclaim(parseEscaped(path));
      return view(path);
    },
  };
}

async function targetView(
  directory: TreeDirectory,
  tree: LocalTree,
  numbers: DatasetNumbers,
): Promise<TargetView> {
  const datasets = directory.listDatasets();
  const head = datasets.find((record) => record.id === tree.head);
  return {
    ...pathFields(tree.basePath),
    tree: tree.tree,
    origin_system: head?.originSystem ?? '',
    origin_base_path: head ? pathFields(head.originBasePath).path : '',
    owner: tree.owner,
    state: tree.released
      ? 'released'
      : tree.flip
        ? 'applying'
        : tree.head === null
          ? 'receiving'
          : 'idle',
    head_dataset_id: head ? await numbers.numberOf(tree.localTree, head.id) : 0,
    last_received_at: timeText(head?.committedAtMs ?? null),
    datasets: datasets.length,
  };
}

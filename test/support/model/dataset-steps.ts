import { rmSync } from 'node:fs';
import { type ModelAgents, requireFinished } from './model-agents.js';
import type { ModelPlaces, RealPlace } from './model-places.js';
import type { ModelDataset } from './place-model.js';
import { readTree } from './read-tree.js';
import type { Kill } from './steps.js';
import { partOf, printable, treeDifferences } from './tree-model.js';

/** What is done with one dataset of a place. */
export class DatasetSteps {
  readonly #agents: ModelAgents;
  readonly #places: ModelPlaces;
  #restored = 0;

  constructor(agents: ModelAgents, places: ModelPlaces) {
    this.#agents = agents;
    this.#places = places;
  }

  /** Locks are for expirations: a person's word counts. */
  async delete(place: RealPlace, dataset: ModelDataset): Promise<void> {
    const { call, signal } = this.#agents.ask(place.agent);
    await call.deleteDataset(this.#queryOf(place, dataset), signal);
    place.model.remove(dataset.id);
  }

  async unlock(place: RealPlace, dataset: ModelDataset): Promise<void> {
    const { call, signal } = this.#agents.ask(place.agent);
    await call.unlockDataset(this.#queryOf(place, dataset), signal);
    for (const link of this.#places.models) {
      if (link.base === dataset) link.held.delete(place.model);
    }
  }

  /** To a fresh path at alpha, and off it again. */
  async restore(
    place: RealPlace,
    dataset: ModelDataset,
    choice: number | null,
    kill: Kill | null,
  ): Promise<void> {
    const paths = [...dataset.tree.keys()].filter((path) => path !== '');
    const subpath = choice === null ? null : (paths[choice % Math.max(1, paths.length)] ?? null);
    const to = this.#agents.root('alpha', `restored-${++this.#restored}`);
    const order = await this.#agents.addPolicy('alpha', {
      policy_type: 'COPY',
      copy_policy: {
        dataset_id: this.#places.numberOf(place, dataset.id),
        source_base_path: place.path,
        source_subpaths: subpath === null ? [] : [printable(subpath)],
        create_dataset_on_target: false,
        dataset_copy_policy_base: {
          source_account_id: place.atAlpha,
          target_account_id: 'local',
          target_base_path: to,
          target_dataset_type: 'FILE',
        },
      },
    });
    const what = `the restore from ${place.model.name}`;
    requireFinished((await this.#agents.run([order], kill))[0], what);
    const expected = subpath === null ? dataset.tree : partOf(dataset.tree, subpath);
    const found = treeDifferences(expected, readTree(to));
    if (found.length > 0) throw new Error(`${what} is not right:\n${found.join('\n')}`);
    await this.#agents.deletePolicy(order);
    rmSync(to, { recursive: true });
  }

  async verify(place: RealPlace, dataset: ModelDataset): Promise<void> {
    const { call, signal } = this.#agents.ask(place.agent);
    const query = this.#queryOf(place, dataset);
    const bad: string[] = [];
    let isDone = false;
    for await (const progress of call.verifyDataset(query, signal)) {
      bad.push(...(progress.bad ?? []).map((entry) => JSON.stringify(entry)));
      if (progress.done === true) isDone = true;
    }
    if (isDone && bad.length === 0) return;
    throw new Error(`dataset ${query.dataset} of ${place.model.name} is bad: ${bad.join('\n')}`);
  }

  #queryOf(place: RealPlace, { id }: ModelDataset) {
    return { account: place.account, dataset: String(this.#places.numberOf(place, id)) };
  }
}

import { applyEdit } from './apply-edit.js';
import { EditedTree } from './edited-tree.js';
import type { Edit } from './edits.js';
import { type EndedJob, type ModelAgents, type Order, requireFinished } from './model-agents.js';
import type { ModelPlaces, RealLink } from './model-places.js';
import type { ModelDataset } from './place-model.js';
import type { Kill } from './steps.js';
import { frozen, treeDifferences } from './tree-model.js';

/** A job that runs beside copies, and what is to be learned from its end. */
export interface Companion {
  readonly order: Order;
  learn(job: EndedJob | undefined): Promise<void>;
}

/** Copies along the links, and what is done to their targets by hand. */
export class CopySteps {
  readonly #agents: ModelAgents;
  readonly #places: ModelPlaces;

  constructor(agents: ModelAgents, places: ModelPlaces) {
    this.#agents = agents;
    this.#places = places;
  }

  /**
   * The links whose bits are set, beside each other; those that read
   * what others have written after them.
   */
  async copy(choice: number, kill: Kill | null, companion: Companion | null): Promise<void> {
    const meant = this.#places.links.filter((_, index) => (choice & (1 << index)) !== 0);
    const source = this.#places.of('source').model;
    const first = meant.filter(({ model }) => model.from === source);
    const second = meant.filter(({ model }) => model.from !== source);
    const isFirst = first.length > 0;
    if (isFirst || companion !== null) await this.#copyAlong(first, kill, companion);
    if (second.length > 0) await this.#copyAlong(second, isFirst ? null : kill, null);
  }

  /** Whether one of the links goes on from a dataset that was unlocked at an end of it. */
  goOnFromUnheld(choice: number): boolean {
    return this.#places.links.some(
      ({ model: { base, held, from, to } }, index) =>
        (choice & (1 << index)) !== 0 && base !== null && !(held.has(from) && held.has(to)),
    );
  }

  /** Changes a target by hand; false when nothing has been received yet. */
  drift(choice: number, edit: Edit): boolean {
    const received = this.#places.links.filter(
      ({ model, to }) => model.base !== null && to.account === 'local',
    );
    const link = received[choice % Math.max(1, received.length)];
    if (link === undefined) return false;
    const tree = EditedTree.open(link.to.path);
    applyEdit(tree, edit);
    link.model.drifted = frozen(tree.state);
    return true;
  }

  async #copyAlong(
    links: readonly RealLink[],
    kill: Kill | null,
    companion: Companion | null,
  ): Promise<void> {
    const before = new Map(links.map(({ model }) => [model, model.from.newest]));
    const orders = links.map(({ order }) => order);
    if (companion !== null) orders.push(companion.order);
    const jobs = await this.#agents.run(orders, kill);
    await companion?.learn(jobs[links.length]);
    for (const [index, link] of links.entries()) {
      const job = jobs[index];
      const copied = await this.#copied(link, before.get(link.model) ?? null);
      const what = `the copy to ${link.to.model.name}`;
      if (copied !== null) {
        requireFinished(job, what);
        await this.#learn(link, copied);
      } else if (job?.code !== 'source_missing') {
        throw new Error(`${what}, which has no source, is ${job?.state}: ${job?.message}`);
      }
    }
  }

  /** The newest at the source; where another was made meanwhile, that or the one before. */
  async #copied({ model, to }: RealLink, before: ModelDataset | null) {
    const { newest } = model.from;
    if (newest === null || newest === before) return newest;
    const present = await this.#places.list(to);
    return present.some(({ id }) => id === newest.id) ? newest : before;
  }

  async #learn(link: RealLink, copied: ModelDataset): Promise<void> {
    const { model, to } = link;
    // An object account stands at what it has: what was deleted there comes again.
    const isGone = to.account === 'store' && !to.model.has(copied.id);
    if (isGone || model.base?.id !== copied.id) {
      await this.#learnRepair(link, copied);
      to.model.add(copied);
    }
    model.base = copied;
    for (const end of [model.from, model.to]) model.held.add(end);
    this.#places.checkLive(link);
  }

  /**
   * What was changed by hand at a target is a dataset there, before
   * the one that was copied over it.
   */
  async #learnRepair({ model, to }: RealLink, copied: ModelDataset): Promise<void> {
    const { drifted, base } = model;
    if (drifted === null || base === null) return;
    const fresh = (await this.#places.list(to)).filter(({ id }) => !to.model.has(id));
    const [kept] = fresh.filter(({ id }) => id !== copied.id);
    if (kept !== undefined) to.model.add({ id: kept.id, tree: drifted, isPreRepair: true });
    // Bytes that were written again as they were may count as a change.
    else if (treeDifferences(base.tree, drifted).length > 0) {
      throw new Error(`what was changed by hand at ${to.model.name} is in no dataset`);
    }
    model.drifted = null;
  }
}

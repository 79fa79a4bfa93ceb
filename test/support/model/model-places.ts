import type { ModelAgents, Order } from './model-agents.js';
import { type ModelLink, ModelPlace } from './place-model.js';
import { readTree } from './read-tree.js';
import type { AgentName } from './steps.js';
import { treeDifferences } from './tree-model.js';

/** A place of an agent, and what it must have. */
export interface RealPlace {
  readonly model: ModelPlace;
  readonly agent: AgentName;
  /** As its agent names it. */
  readonly account: 'local' | 'store';
  /** As alpha names it. */
  readonly atAlpha: 'local' | 'store' | 'beta';
  readonly path: string;
}

/** A link with the policy that copies along it. */
export interface RealLink {
  readonly model: ModelLink;
  readonly to: RealPlace;
  readonly order: Order;
}

export interface Seen {
  readonly number: number;
  readonly id: string;
  /** Who needs it. */
  readonly lockedBy: readonly string[];
}

interface PlaceSpec {
  readonly agent: AgentName;
  readonly account: RealPlace['account'];
  readonly reserve: number | null;
}

const PLACES = {
  source: { agent: 'alpha', account: 'local', reserve: 4 },
  near: { agent: 'alpha', account: 'local', reserve: 2 },
  far: { agent: 'beta', account: 'local', reserve: 3 },
  store: { agent: 'alpha', account: 'store', reserve: 2 },
  pulled: { agent: 'beta', account: 'local', reserve: null },
  back: { agent: 'alpha', account: 'local', reserve: 0 },
} satisfies Record<string, PlaceSpec>;
export type PlaceName = keyof typeof PLACES;

/**
 * Who copies from where to where, with the account that the source lies at for the one who does.
 */
const LINKS: readonly (readonly [on: AgentName, from: PlaceName, to: PlaceName])[] = [
  ['alpha', 'source', 'near'],
  ['alpha', 'source', 'far'],
  ['alpha', 'source', 'store'],
  ['beta', 'source', 'pulled'],
  // From its source's copy: a cascade.
  ['alpha', 'far', 'back'],
];

/**
 * A tree on alpha that is copied beside it, pushed to beta and pulled by it,
 * backed up, and pulled back from beta.
 */
export class ModelPlaces {
  readonly #agents: ModelAgents;
  readonly #places = new Map<PlaceName, RealPlace>();
  readonly links: RealLink[] = [];
  /** Numbers that datasets were last seen under. */
  readonly #numbers = new Map<string, number>();

  private constructor(agents: ModelAgents) {
    this.#agents = agents;
  }

  static async create(agents: ModelAgents): Promise<ModelPlaces> {
    const places = new ModelPlaces(agents);
    for (const [name, { agent, account, reserve }] of Object.entries(PLACES)) {
      places.#places.set(name as PlaceName, {
        model: new ModelPlace(name, reserve),
        agent,
        account,
        atAlpha: agent === 'beta' ? 'beta' : account,
        path: account === 'store' ? '/tree' : agents.root(agent, name),
      });
    }
    for (const [on, from, to] of LINKS) await places.#connect(on, from, to);
    return places;
  }

  get all(): readonly RealPlace[] {
    return [...this.#places.values()];
  }

  get models(): readonly ModelLink[] {
    return this.links.map(({ model }) => model);
  }

  chosen(choice: number): RealPlace {
    return this.of(Object.keys(PLACES)[choice % this.#places.size] as PlaceName);
  }

  of(name: PlaceName): RealPlace {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`there is no place ${name}`);
    return place;
  }

  /** The number that a place gave a dataset. */
  numberOf({ model }: RealPlace, id: string): number {
    const number = this.#numbers.get(`${model.name} ${id}`);
    if (number === undefined) throw new Error(`dataset ${id} was never seen at ${model.name}`);
    return number;
  }

  /** The datasets that a place lists, in the order of their numbers. Half-made ones are thrown. */
  async list({ model, agent, account, path }: RealPlace): Promise<readonly Seen[]> {
    const seen: Seen[] = [];
    const { call, signal } = this.#agents.ask(agent);
    for await (const view of call.listDatasets({ account, base_path: path }, signal)) {
      const { dataset_global_id: id = '', dataset_state: state } = view;
      if (state !== 'COMPLETE') throw new Error(`${model.name} lists dataset ${id} as ${state}`);
      seen.push({ number: Number(view.id), id, lockedBy: view.locked_by ?? [] });
    }
    for (const { number, id } of seen) this.#numbers.set(`${model.name} ${id}`, number);
    return seen.sort((one, two) => one.number - two.number);
  }

  /** Every place lists what its model has, in the order of numbers: what comes again has the one that it had. */
  async check(): Promise<void> {
    for (const place of this.all) {
      const seenBefore = new Set(this.#numbers.keys());
      const found = await this.list(place);
      const isNew = (id: string): boolean => !seenBefore.has(`${place.model.name} ${id}`);
      const rank = (id: string): number =>
        isNew(id) ? Number.MAX_SAFE_INTEGER : this.numberOf(place, id);
      const expected = place.model.datasets
        .map(({ id }) => id)
        .sort((one, two) => rank(one) - rank(two));
      if (found.map(({ id }) => id).join() === expected.join()) continue;
      const told = found.map(({ id, lockedBy }) => `\n  ${id} ${lockedBy.join(', ')}`);
      const wanted = expected.map((id) => `\n  ${id}`);
      throw new Error(`${place.model.name} has the datasets${told}, not${wanted}`);
    }
  }

  /** The live tree of a target is what it was received as, or made into by hand. */
  checkLive({ model, to }: RealLink): void {
    if (to.account === 'store' || model.base === null) return;
    const found = treeDifferences(model.drifted ?? model.base.tree, readTree(to.path));
    if (found.length === 0) return;
    throw new Error(`the tree at ${to.model.name} is not right:\n${found.join('\n')}`);
  }

  async #connect(on: AgentName, from: PlaceName, to: PlaceName): Promise<void> {
    const [source, target] = [this.of(from), this.of(to)];
    const account = ({ agent, account }: RealPlace) => (agent === on ? account : agent);
    const order = await this.#agents.addPolicy(on, {
      policy_type: 'REPEAT_COPY',
      repeat_copy_policy: {
        source_base_path: source.path,
        dataset_copy_policy_base: {
          source_account_id: account(source),
          target_account_id: account(target),
          target_base_path: target.path,
          target_dataset_type: target.account === 'store' ? 'FILE_ON_OBJECT_BACKUP' : 'FILE',
          copy_retention: retention(target.model),
        },
      },
    });
    const model = {
      from: source.model,
      to: target.model,
      base: null,
      drifted: null,
      held: new Set<ModelPlace>(),
    };
    this.links.push({ model, to: target, order });
  }
}

/** Of the policies that bring datasets to a place. */
export function retention({ reserve }: ModelPlace) {
  return reserve === null ? {} : { dataset_retention_period: 0, dataset_reserve: reserve };
}

import { DmError } from '../../../src/model/error.js';
import { until } from '../e2e-until.js';
import type { FilesystemKind, TestFilesystem } from '../filesystems.js';
import { applyEdit } from './apply-edit.js';
import { DatasetSteps } from './dataset-steps.js';
import { EditedTree } from './edited-tree.js';
import type { Edit } from './edits.js';
import { ModelAgents, type Order, requireFinished } from './model-agents.js';
import { ModelPlaces, type RealLink, type RealPlace, retention } from './model-places.js';
import type { ModelDataset } from './place-model.js';
import { readTree } from './read-tree.js';
import type { DatasetStep, Kill, Step } from './steps.js';
import { frozen, treeDifferences } from './tree-model.js';

/** Real agents and a model of what they must have, which the same steps are done to. What is not as it must be is thrown. */
export class ModelWorld implements AsyncDisposable {
  readonly #agents: ModelAgents;
  readonly #places: ModelPlaces;
  readonly #tree: EditedTree;
  readonly #creation: Order;
  readonly #expirations: ReadonlyMap<string, Order>;
  readonly #datasets: DatasetSteps;
  /** Without clones the newest dataset of a target has its bytes in the live tree, and what is done to that is done to it. */
  readonly #hasClones: boolean;

  private constructor(
    agents: ModelAgents,
    places: ModelPlaces,
    filesystem: FilesystemKind,
    policies: { readonly creation: Order; readonly expirations: ReadonlyMap<string, Order> },
  ) {
    this.#agents = agents;
    this.#places = places;
    this.#hasClones = filesystem !== 'ext4';
    this.#datasets = new DatasetSteps(agents, places);
    this.#tree = EditedTree.create(places.of('source').path);
    this.#creation = policies.creation;
    this.#expirations = policies.expirations;
  }

  static async open({ path: data, kind }: TestFilesystem): Promise<ModelWorld> {
    const agents = await ModelAgents.open(data);
    try {
      const places = await ModelPlaces.create(agents);
      const { path, model } = places.of('source');
      const creation = await agents.addPolicy('alpha', {
        policy_type: 'CREATION',
        creation_policy: { account_id: 'local', base_path: path, retention: retention(model) },
      });
      const expirations = new Map<string, Order>();
      for (const name of ['source', 'far', 'store'] as const) {
        const { agent, account } = places.of(name);
        const policy = { policy_type: 'EXPIRATION', expiration_policy: { account_id: account } };
        expirations.set(`${agent} ${account}`, await agents.addPolicy(agent, policy));
      }
      return new ModelWorld(agents, places, kind, { creation, expirations });
    } catch (error) {
      await agents[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agents[Symbol.asyncDispose]();
  }

  get kills(): number {
    return this.#agents.kills;
  }

  async do(step: Step): Promise<void> {
    switch (step.do) {
      case 'edit':
        applyEdit(this.#tree, step.edit);
        return;
      case 'capture':
        await this.#capture(step.kill);
        break;
      case 'copy':
        await this.#copy(step.links, step.kill);
        break;
      case 'expire':
        await this.#expire(this.#places.chosen(step.place), step.kill);
        break;
      case 'drift':
        this.#drift(step.target, step.edit);
        break;
      case 'prune':
        await this.#prune(step.kill);
        break;
      case 'delete':
      case 'unlock':
      case 'restore':
      case 'verify':
        await this.#doWithDataset(step);
        break;
      case 'stop and start':
        await this.#agents.stopAndStart(step.agent);
        break;
    }
    if (startsBeta(step)) await this.#awaitExpiry();
    await this.#places.check();
  }

  /** With a dataset of a place that has any; while none has, nothing. */
  async #doWithDataset(step: DatasetStep): Promise<void> {
    // What beta would let go by itself when it starts again is not to be read then.
    if (startsBeta(step)) await this.#awaitExpiry();
    const places = this.#places.all.filter(({ model }) => model.datasets.length > 0);
    const place = places[step.place % Math.max(1, places.length)];
    const dataset = place?.model.datasets[step.dataset % place.model.datasets.length];
    if (place === undefined || dataset === undefined) return;
    switch (step.do) {
      case 'delete':
        return this.#datasets.delete(place, dataset);
      case 'unlock':
        return this.#datasets.unlock(place, dataset);
      case 'verify':
        return this.#datasets.verify(place, dataset);
      case 'restore':
        return this.#datasets.restore(place, dataset, step.subpath, step.kill);
    }
  }

  /** Everything that is anywhere verifies, and the oldest of each place comes back as it was. */
  async finish(): Promise<void> {
    for (const place of this.#places.all) {
      const [oldest] = place.model.datasets;
      if (oldest !== undefined) await this.#datasets.restore(place, oldest, null, null);
      for (const dataset of place.model.datasets) await this.#datasets.verify(place, dataset);
    }
    await this.#places.check();
  }

  async #capture(kill: Kill | null): Promise<void> {
    const source = this.#places.of('source');
    const tree = frozen(this.#tree.state);
    const job = (await this.#agents.run([this.#creation], kill))[0];
    requireFinished(job, 'the capture');
    const fresh = (await this.#places.list(source)).filter(({ id }) => !source.model.has(id));
    const [made] = fresh;
    if (made === undefined || fresh.length > 1)
      throw new Error(`a capture made ${fresh.length} datasets`);
    source.model.add({ id: made.id, tree });
    const found = treeDifferences(tree, readTree(source.path));
    if (found.length > 0) throw new Error(`the source is not what it was:\n${found.join('\n')}`);
  }

  /** Those that read what others write come after them. */
  async #copy(choice: number, kill: Kill | null): Promise<void> {
    const meant = this.#places.links.filter((_, index) => (choice & (1 << index)) !== 0);
    const isOn = ({ model }: RealLink) => meant.some((other) => other.model.to === model.from);
    await this.#copyAlong(
      meant.filter((link) => !isOn(link)),
      kill,
    );
    await this.#copyAlong(meant.filter(isOn), null);
  }

  async #copyAlong(links: readonly RealLink[], kill: Kill | null): Promise<void> {
    if (links.length === 0) return;
    const jobs = await this.#agents.run(
      links.map(({ order }) => order),
      kill,
    );
    for (const [index, link] of links.entries()) {
      const { model, to } = link;
      const { newest } = model.from;
      const job = jobs[index];
      if (newest === null) {
        requireCode(job?.code, 'source_missing', `the copy to ${to.model.name}`);
        continue;
      }
      requireFinished(job, `the copy to ${to.model.name}`);
      if (model.base?.id !== newest.id) {
        await this.#learnRepair(link, newest);
        to.model.add(newest);
      }
      model.base = newest;
      for (const end of [model.from, model.to]) model.held.add(end);
      this.#places.checkLive(link);
    }
  }

  /** What was changed by hand at a target is a dataset there, before the one that was copied over it. */
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

  /** Changes a target by hand; the source while there is none that may be changed. */
  #drift(choice: number, edit: Edit): void {
    const received = this.#places.links.filter(
      ({ model, to }) => model.base !== null && to.account === 'local',
    );
    const link = received[choice % Math.max(1, received.length)];
    if (link === undefined || !this.#hasClones) {
      applyEdit(this.#tree, edit);
      return;
    }
    const tree = EditedTree.open(link.to.path);
    applyEdit(tree, edit);
    link.model.drifted = frozen(tree.state);
  }

  /** An expiration is of all places below one account. */
  async #expire({ agent, account }: RealPlace, kill: Kill | null): Promise<void> {
    const order = this.#expirations.get(`${agent} ${account}`);
    if (order === undefined) throw new Error(`nothing expires at ${account} of ${agent}`);
    const [job] = await this.#agents.run([order], kill);
    requireFinished(job, 'the expiration');
    for (const place of this.#places.all) {
      if (place.agent !== agent || place.account !== account) continue;
      place.model.expire(this.#places.models);
    }
  }

  async #prune(kill: Kill | null): Promise<void> {
    const prune = async (): Promise<void> => {
      const { call, signal } = this.#agents.ask('alpha');
      const at = { account: 'store', base_path: '', wait: true };
      for await (const _ of call.pruneBackups(
        { ...at, grace_seconds: 0, leftover_seconds: 0 },
        signal,
      )) {
        // Its progress is nobody's concern here.
      }
    };
    if (kill !== null) {
      const interrupted = codeOf(prune());
      await this.#agents.strike(kill);
      const code = await interrupted;
      if (code !== '') requireCode(code, 'agent_unreachable', 'a prune whose agent was killed');
    }
    await prune();
  }

  /** Beta lets what was pushed to it go by itself some time after it has started; what came later has to be told. */
  async #awaitExpiry(): Promise<void> {
    const far = this.#places.of('far');
    await this.#expire(far, null);
    await until('beta has let go what is over', async () => {
      const found = await this.#places.list(far);
      return found.every(({ id }) => far.model.has(id));
    });
  }
}

function startsBeta(step: Step): boolean {
  if (step.do === 'stop and start') return step.agent === 'beta';
  return 'kill' in step && step.kill?.victims.includes('beta') === true;
}

function requireCode(code: string | undefined, expected: string, what: string): void {
  if (code !== expected) throw new Error(`${what} ended with "${code}", not "${expected}"`);
}

/** "" when it succeeds. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return '';
  } catch (error) {
    if (error instanceof DmError) return error.code;
    throw error;
  }
}

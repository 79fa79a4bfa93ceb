import { DmError } from '../../../src/model/error.js';
import { until } from '../e2e-until.js';
import type { FilesystemKind, TestFilesystem } from '../filesystems.js';
import { applyEdit } from './apply-edit.js';
import { type Companion, CopySteps } from './copy-steps.js';
import { DatasetSteps } from './dataset-steps.js';
import { EditedTree } from './edited-tree.js';
import { type EndedJob, ModelAgents, type Order, requireFinished } from './model-agents.js';
import { ModelPlaces, type RealPlace, retention } from './model-places.js';
import { readTree } from './read-tree.js';
import type { DatasetStep, Kill, Step } from './steps.js';
import { frozen, type ModelTree, treeDifferences } from './tree-model.js';

/**
 * Real agents and a model of what they must have, which the same steps are done
 * to. What is not as it must be is thrown.
 */
export class ModelWorld implements AsyncDisposable {
  readonly #agents: ModelAgents;
  readonly #places: ModelPlaces;
  readonly #tree: EditedTree;
  readonly #creation: Order;
  readonly #expirations: ReadonlyMap<string, Order>;
  readonly #copies: CopySteps;
  readonly #datasets: DatasetSteps;
  /**
   * Without clones the newest dataset of a target has its bytes in the live tree,
   * and what is done to that is done to it.
   */
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
    this.#copies = new CopySteps(agents, places);
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
        await this.#copy(step);
        break;
      case 'expire':
        await this.#expire(this.#places.chosen(step.place), step.kill);
        break;
      case 'drift':
        if (!this.#hasClones || !this.#copies.drift(step.target, step.edit))
          applyEdit(this.#tree, step.edit);
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
    const { order, learn } = this.#companion('capture');
    const [job] = await this.#agents.run([order], kill);
    await learn(job);
  }

  async #learnCapture(job: EndedJob | undefined, tree: ModelTree): Promise<void> {
    requireFinished(job, 'the capture');
    const source = this.#places.of('source');
    const fresh = (await this.#places.list(source)).filter(({ id }) => !source.model.has(id));
    const [made] = fresh;
    if (made === undefined || fresh.length > 1)
      throw new Error(`a capture made ${fresh.length} datasets`);
    source.model.add({ id: made.id, tree });
    const found = treeDifferences(tree, readTree(source.path));
    if (found.length > 0) throw new Error(`the source is not what it was:\n${found.join('\n')}`);
  }

  async #copy({ links, beside, kill }: Extract<Step, { do: 'copy' }>): Promise<void> {
    if (beside === 'prune' && kill === null) {
      await Promise.all([this.#copies.copy(links, null, null), this.#pruneStore()]);
      return;
    }
    // What nobody holds may expire before the copy that goes on from it holds it again, or after: here before.
    if (beside === 'expire' && this.#copies.goOnFromUnheld(links)) {
      await this.#expire(this.#places.of('source'), null);
    }
    const isJob = beside === 'capture' || beside === 'expire';
    await this.#copies.copy(links, kill, isJob ? this.#companion(beside) : null);
    // What became old, or was let go by a copy, after it was looked at.
    if (beside === 'expire') await this.#expire(this.#places.of('source'), null);
  }

  /** What may run beside copies. */
  #companion(what: 'capture' | 'expire'): Companion {
    const tree = frozen(this.#tree.state);
    if (what === 'capture') {
      return { order: this.#creation, learn: (job) => this.#learnCapture(job, tree) };
    }
    return {
      order: this.#expirationOf(this.#places.of('source')),
      learn: async (job) => requireFinished(job, 'the expiration'),
    };
  }

  /** An expiration is of all places below one account. */
  async #expire(place: RealPlace, kill: Kill | null): Promise<void> {
    const [job] = await this.#agents.run([this.#expirationOf(place)], kill);
    requireFinished(job, 'the expiration');
    for (const { agent, account, model } of this.#places.all) {
      if (agent === place.agent && account === place.account) model.expire(this.#places.models);
    }
  }

  #expirationOf({ agent, account }: RealPlace): Order {
    const order = this.#expirations.get(`${agent} ${account}`);
    if (order === undefined) throw new Error(`nothing expires at ${account} of ${agent}`);
    return order;
  }

  async #prune(kill: Kill | null): Promise<void> {
    if (kill !== null) {
      const interrupted = codeOf(this.#pruneStore());
      await this.#agents.strike(kill);
      const code = await interrupted;
      if (code !== '') requireCode(code, 'agent_unreachable', 'a prune whose agent was killed');
    }
    await this.#pruneStore();
  }

  async #pruneStore(): Promise<void> {
    const { call, signal } = this.#agents.ask('alpha');
    const { model } = this.#places.of('store');
    const hasBackups = model.datasets.length > 0;
    const now = { wait: true, grace_seconds: 0, leftover_seconds: 0 };
    let pruned = '';
    const progress = call.pruneBackups({ account: 'store', base_path: '', ...now }, signal);
    for await (const { summary } of progress) pruned = summary?.base_path ?? pruned;
    if (hasBackups && pruned === '') throw new Error('a prune has told nothing of its end');
  }

  /**
   * Beta lets what was pushed to it go by itself some time after it has
   * started; what came later has to be told.
   */
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

import { setTimeout as delay } from 'node:timers/promises';
import { dm } from '../e2e-dm.js';
import { listDatasets } from '../e2e-policies.js';
import type { Random } from '../e2e-random.js';
import type { FilesystemKind } from '../filesystems.js';
import { differences } from '../walker.js';
import {
  recordsIn,
  recordsInStore,
  requireBackup,
  strayInRoot,
  strayInState,
  strayInStore,
  versionsIn,
} from './kill-checks.js';
import type { JobKind, Kill, KillAtMoment, KillPlan } from './kill-plan.js';
import type { KillTask } from './kill-point.js';
import { KillSite } from './kill-site.js';
import { KillTree, type KillTreeOptions } from './kill-tree.js';
import { progressOf, WireAccount } from './kill-wire.js';
import { PolicyWork, PruneWork, runKilled, type Work } from './killed-job.js';

const PUSH_KILLS = 3;
const BACKUP_EVERY = 2;
const EXPIRY_EVERY = 3;
const BASELINE_EVERY = 7;
const LARGE_EVERY = 5;
const FIRST_GUESS_MS = 500;
const SETTLED_MS = 15_000;
const LOOK_AGAIN_MS = 100;
const WIRE_LOOK_MS = 5;

export interface KillRunOptions extends KillTreeOptions {
  readonly filesystem: FilesystemKind;
  readonly bytesPerSecond: number;
}

export interface KillReport {
  readonly task: KillTask;
  readonly kind: JobKind;
  readonly kill: Kill;
  readonly isHit: boolean;
}

interface PushWatch {
  readonly onKilled: () => void;
  /** Resolves when so much of the bytes has gone over the wire; maybe never. */
  readonly sent: (percent: number) => Promise<void>;
}

const NO_PUSH: PushWatch = { onKilled: () => undefined, sent: async () => undefined };

export interface KillRunModules {
  readonly plan: Pick<KillPlan, 'kills' | 'hit'>;
  readonly random: Random;
  readonly onKill: (report: KillReport) => void;
  /** Of a push with kills in it. */
  readonly onResent: (bytes: number) => void;
}

/**
 * Rounds of edit, capture, push, backup, expiry and prune, in which agents are killed. After each
 * job what it did must be whole and nothing of it may be left over; what is not so is thrown.
 */
export class KillRun implements AsyncDisposable {
  readonly #site: KillSite;
  readonly #tree: KillTree;
  readonly #filesystem: FilesystemKind;
  readonly #modules: KillRunModules;
  /** Milliseconds that jobs take, learned from those that were killed too late. */
  readonly #typical = new Map<string, number>();
  #round = 0;

  private constructor(
    site: KillSite,
    tree: KillTree,
    filesystem: FilesystemKind,
    modules: KillRunModules,
  ) {
    this.#site = site;
    this.#tree = tree;
    this.#filesystem = filesystem;
    this.#modules = modules;
  }

  static async open(options: KillRunOptions, modules: KillRunModules): Promise<KillRun> {
    const site = await KillSite.open(options.filesystem, options.bytesPerSecond);
    const tree = new KillTree(site.source, options, modules.random);
    return new KillRun(site, tree, options.filesystem, modules);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#site[Symbol.asyncDispose]();
  }

  /** Several kills, most of them in the push. */
  async round(): Promise<void> {
    const { random } = this.#modules;
    const round = this.#round++;
    const kind: JobKind = round % BASELINE_EVERY === 0 ? 'baseline' : 'increment';
    if (kind === 'baseline') await this.#site.newTargets();
    const changed = this.#tree.edit(round % LARGE_EVERY === LARGE_EVERY - 1);
    const needed = kind === 'baseline' ? this.#tree.bytes : changed;
    const first: JobKind = round === 0 ? 'baseline' : 'increment';
    await this.#policy('capture', first, this.#site.policies.capture, 1);
    await this.#push(kind, needed, 1 + random.below(PUSH_KILLS));
    const backs = kind === 'baseline' || round % BACKUP_EVERY === 0;
    if (backs) await this.#policy('backup', kind, this.#site.policies.backup, 1 + random.below(2));
    if (round % EXPIRY_EVERY === EXPIRY_EVERY - 1) await this.#expire(1);
  }

  /**
   * One more round without kills; lets everything but the newest datasets
   * go, then looks at all that is left.
   */
  async finish(): Promise<void> {
    const { policies } = this.#site;
    const changed = this.#tree.edit(false);
    await this.#policy('capture', 'increment', policies.capture, 0);
    await this.#push('increment', changed, 0);
    await this.#policy('backup', 'increment', policies.backup, 0);
    await this.#expire(0);
    const { sender, target, source, senderRoot, receiverRoot, agents, backupPath } = this.#site;
    await requireBackup(this.#site.store, backupPath, source);
    const receiver = agents.agent('receiver');
    const places = [
      [sender, source, 'local'],
      [receiver, target, 'local'],
      [sender, backupPath, 'disk'],
    ] as const;
    for (const [agent, path, account] of places) {
      for (const { id } of await listDatasets(agent, path, account)) {
        const words = ['datasets', 'verify', String(id), `--account-id=${account}`];
        const { code, stdout, stderr } = await dm(agent, ...words);
        if (code !== 0) throw new Error(`dataset ${id} of ${path}: ${stdout}${stderr}`);
      }
    }
    const files = this.#tree.files;
    for (const root of [senderRoot, receiverRoot]) {
      const kept = versionsIn(root);
      const most = files * recordsIn(root).length;
      if (kept > most) throw new Error(`${root} keeps ${kept} contents, ${most} are needed`);
    }
  }

  async #push(kind: JobKind, needed: number, count: number): Promise<void> {
    const site = this.#site;
    const before = new Set(recordsIn(site.receiverRoot));
    const isRecorded = () => recordsIn(site.receiverRoot).some((id) => !before.has(id));
    const account = new WireAccount(needed, () => site.wireBytes());
    let isOver = false;
    const watch: PushWatch = {
      onKilled: () => account.killed(progressOf(site.receiverRoot, isRecorded())),
      sent: async (percent) => {
        while (!isOver && account.sent < (needed * percent) / 100) await delay(WIRE_LOOK_MS);
      },
    };
    const hits = await this.#policy('push', kind, site.policies.push, count, watch).finally(() => {
      isOver = true;
    });
    account.ended();
    if (hits > 0) this.#modules.onResent(account.resent);
    const found = differences(site.source, site.target);
    if (found.length > 0) throw new Error(`trees differ after a kill:\n${found.join('\n')}`);
  }

  async #expire(kills: number): Promise<void> {
    const { policies, store } = this.#site;
    await this.#policy('expiry', 'increment', policies.expiry, kills);
    await this.#policy('peer expiry', 'increment', policies.peerExpiry, kills);
    await this.#policy('store expiry', 'increment', policies.storeExpiry, kills);
    await this.#killed('prune', 'increment', new PruneWork(this.#site), kills);
    await requireNone(() => strayInStore(store, this.#site.backupPath));
  }

  async #policy(
    task: KillTask,
    kind: JobKind,
    policy: number,
    count: number,
    push: PushWatch = NO_PUSH,
  ): Promise<number> {
    const work = await PolicyWork.prepare(this.#site, policy);
    return this.#killed(task, kind, work, count, push);
  }

  /** Returns how often it was hit. */
  async #killed(
    task: KillTask,
    kind: JobKind,
    work: Work,
    count: number,
    { onKilled, sent }: PushWatch = NO_PUSH,
  ): Promise<number> {
    const { plan, onKill } = this.#modules;
    const name = `${task} ${kind}`;
    const typicalMs = this.#typical.get(name) ?? FIRST_GUESS_MS;
    const kills = plan.kills(task, kind, this.#filesystem, count);
    const modules = {
      ...{ site: this.#site, onKilled },
      // A random moment is what is tested here: no condition tells when it has come.
      moment: ({ percent, of }: KillAtMoment) =>
        of === 'time' ? delay((typicalMs * percent) / 100) : sent(percent),
      onRestarted: () => this.#requireWhole(),
    };
    let hits = 0;
    for (const { kill, isHit } of await runKilled(work, kills, modules)) {
      if (kill.point !== null && isHit) plan.hit(kill.point);
      if (kill.point === null && kill.of === 'time')
        this.#typical.set(name, typicalMs * (isHit ? 1.05 : 0.7));
      if (isHit) hits++;
      onKill({ task, kind, kill, isHit });
    }
    await this.#requireWhole();
    const { senderRoot, receiverRoot, sender } = this.#site;
    await requireNone(() => [
      ...strayInRoot(senderRoot),
      ...strayInRoot(receiverRoot),
      ...strayInState(sender.options.stateDir),
    ]);
    return hits;
  }

  /** Nobody lists a dataset that is not whole; called also while a job goes on after a kill. */
  async #requireWhole(): Promise<void> {
    const { sender, source, target, agents, senderRoot, receiverRoot } = this.#site;
    const { store, backupPath } = this.#site;
    for (const [agent, path, account, recorded] of [
      [sender, source, 'local', () => recordsIn(senderRoot)],
      [agents.agent('receiver'), target, 'local', () => recordsIn(receiverRoot)],
      [sender, backupPath, 'disk', () => recordsInStore(store, backupPath)],
    ] as const) {
      // One may be made, or expire, while they are listed.
      const before = recorded();
      const listed = await listDatasets(agent, path, account);
      const records = new Set([...before, ...recorded()]);
      const odd = listed.filter(
        ({ dataset_state: state, dataset_global_id: id }) =>
          state !== 'COMPLETE' || !records.has(id.toLowerCase()),
      );
      if (odd.length > 0) throw new Error(`half-made datasets are listed: ${JSON.stringify(odd)}`);
    }
  }
}

/** An agent that was started again may be at what retention asks for at a start. */
async function requireNone(look: () => readonly string[]): Promise<void> {
  const end = performance.now() + SETTLED_MS;
  for (;;) {
    const stray = look();
    if (stray.length === 0) return;
    if (performance.now() > end) throw new Error(`left over: ${stray.join(', ')}`);
    await delay(LOOK_AGAIN_MS);
  }
}

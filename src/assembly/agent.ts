import { join } from 'node:path';
import type { AgentSettings } from '../config/settings.js';
import { DataRoot, rootOf } from '../endpoint/local/layout/data-root.js';
import { readBootId } from '../endpoint/local/sys/boot-id.js';
import { peerUid } from '../endpoint/local/sys/socket-peer.js';
import type { Source } from '../endpoint/source.js';
import { JobQueue } from '../job/job-queue.js';
import { JobStore } from '../job/job-store.js';
import { asDmError, DmError } from '../model/error.js';
import { cpuTimes } from '../observe/cpu-times.js';
import { HttpServer } from '../observe/http-server.js';
import type { Log } from '../observe/log.js';
import { BasePolicies } from '../policy/base-policies.js';
import { BasePolicyStore } from '../policy/base-policy-store.js';
import { ClockGuard, describeSuspicion } from '../policy/clock-guard.js';
import { CpuGovernor } from '../policy/cpu-governor.js';
import { HookRunner } from '../policy/hook-runner.js';
import { PlannedRuns } from '../policy/planned-runs.js';
import { Policies } from '../policy/policies.js';
import { PolicyBases } from '../policy/policy-bases.js';
import { policyExecutor } from '../policy/policy-executor.js';
import { PolicyLocks } from '../policy/policy-locks.js';
import { PolicyOutcomes } from '../policy/policy-outcomes.js';
import { PolicyStore } from '../policy/policy-store.js';
import { Scheduler } from '../policy/scheduler.js';
import type { PolicyWorld } from '../policy/validate-policy.js';
import { ControlServer } from '../rpc/control-server.js';
import { PeerLinks } from '../rpc/link/peer-links.js';
import { BandwidthPacing } from '../rpc/pacing/bandwidth-pacing.js';
import { PeerServer } from '../rpc/peer-server.js';
import { TicketOffice } from '../rpc/tickets/ticket-office.js';
import { StateDatabase } from '../state/database.js';
import { DatasetNumbers } from '../state/dataset-numbers.js';
import { LockReleases } from '../state/lock-releases.js';
import { PeerDatasets } from '../state/peer-datasets.js';
import { PeerLocks } from '../state/peer-locks.js';
import { openRequestPrefix, openSystemGuid } from '../state/system-identity.js';
import type { Clock } from '../util/clock.js';
import { parseEscaped } from '../util/escape.js';
import { Lifecycle } from '../util/lifecycle.js';
import { programVersion } from '../util/program-version.js';
import { WorkerPool } from '../worker/pool.js';
import { accountLimits } from './account-limits.js';
import { AccountStore } from './account-store.js';
import { agentMetrics, endedJob } from './agent-metrics.js';
import { controlService } from './control-service.js';
import { DatasetLocks } from './dataset-locks.js';
import { allowingLines } from './grant-line.js';
import { GrantStore } from './grant-store.js';
import { openLocalPlace } from './local-place.js';
import { LocalTrees } from './local-trees.js';
import { LockReleaser } from './lock-releaser.js';
import { ObjectPlaces } from './object-places.js';
import { ObjectUpkeep } from './object-upkeep.js';
import { AccountPlaces } from './open-places.js';
import { Overview } from './overview.js';
import { OwnTickets } from './own-tickets.js';
import { peerAccess } from './peer-access.js';
import { PeerDialer } from './peer-dialer.js';
import { PeerExpiry } from './peer-expiry.js';
import { PeerListener } from './peer-listener.js';
import { peerPlace } from './peer-place.js';
import { pickPort } from './pick-port.js';
import { RpoWatch } from './rpo-watch.js';
import { SnapshotSpace } from './snapshot-space.js';
import { prepareStateDirectory } from './state-directory.js';
import { TaskRunners } from './task-runner.js';
import { ThrottlingStore } from './throttling-store.js';
import { TrustStore } from './trust-store.js';
import { unready } from './unready.js';

/** Jobs that run at once; further ones wait by priority. */
const JOB_CONCURRENCY = 8;
/** Threads kept for file work; more are started while streams wait for each other. */
const WORKERS = 4;
const WORKER_ENTRY = new URL('./worker-entry.js', import.meta.url);
/** Content lanes of a copy: more than the cores of a small host gain nothing. */
const LANES = 2;
/** A command of a policy that runs longer is killed. */
const HOOK_TIME_LIMIT_MS = 300_000;

export interface AgentModules {
  readonly log: Log;
  readonly clock: Clock;
  /** Milliseconds since the host started, whatever is done to the clock. */
  readonly uptime: () => number;
  readonly random: () => number;
  readonly randomBytes: (length: number) => Buffer;
}

export interface Agent extends AsyncDisposable {
  /** Where metrics are served; "" when they are not. */
  readonly http: string;
  /** "host:port" that peers are served at, or will be as soon as there are certificates; "" without a listener. */
  readonly listen: string;
}

/**
 * Starts an agent, one part after the other; disposing stops them in reverse order. When a part does not start, those
 * before it are stopped and the error is thrown.
 */
export async function startAgent(settings: AgentSettings, modules: AgentModules): Promise<Agent> {
  const parts = new Lifecycle();
  try {
    const addresses = await startParts(parts, settings, modules);
    return { ...addresses, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
  } catch (error) {
    await parts[Symbol.asyncDispose]();
    throw error;
  }
}

async function startParts(
  parts: Lifecycle,
  settings: AgentSettings,
  modules: AgentModules,
): Promise<{ listen: string; http: string }> {
  const { log, clock } = modules;
  let listener: PeerListener | null = null;
  prepareStateDirectory(settings.stateDir);
  const database = parts.add('state', await StateDatabase.open(join(settings.stateDir, 'db')));
  const guid = await openSystemGuid(database, {
    randomBytes: modules.randomBytes,
    now: () => clock.now(),
  });
  const requestPrefix = await openRequestPrefix(database, guid);
  const clockGuard = parts.add(
    'clock guard',
    await ClockGuard.open({
      ...{ database, clock, uptime: modules.uptime, bootId: readBootId() },
      onSuspect: (suspicion) => log.error(suspicion, describeSuspicion(suspicion)),
      onError: (error) => log.error({ err: error }, 'the clock could not be recorded'),
    }),
  );
  const trustedNow = () => clockGuard.trustedNow();
  const trust = await TrustStore.open({ database, clock });
  const grants = await GrantStore.open({ database });
  const accounts = new AccountStore({ guid }, { database, randomBytes: modules.randomBytes });
  const numbers = new DatasetNumbers({ database });
  const roots = settings.roots.map((path) =>
    parts.add(`root ${path}`, DataRoot.open(Buffer.from(path))),
  );
  for (const root of roots) root.lock();
  const pool = parts.add(
    'workers',
    new WorkerPool({ size: WORKERS, entry: WORKER_ENTRY }, { log }),
  );
  const local = await openLocalPlace(
    { roots, guid, minFreePercent: settings.minFreePercent },
    {
      ...{ numbers, pool, database, clock, log, randomBytes: modules.randomBytes },
      ...{ locks: () => locks.of(accounts.localId), trustedNow },
    },
  );

  const card = { programVersion: programVersion(), systemGuid: guid, agentName: settings.name };
  const loopbackSocket = join(settings.stateDir, 'loopback.sock');
  const pacing = new BandwidthPacing({
    wall: () => clock.now(),
    now: () => performance.now(),
  });
  const governor = parts.add('governor', new CpuGovernor({ clock, times: cpuTimes }));
  const throttling = await ThrottlingStore.open({
    database,
    apply: (rules, cpu) => {
      pacing.setRules(rules);
      governor.settings = cpu;
    },
  });
  const links = new PeerLinks((peer, compressed) =>
    log.info(
      { peer },
      compressed ? 'the link is slow: batches are compressed' : 'batches go as they are again',
    ),
  );
  const dialer = new PeerDialer(
    { card, loopbackSocket },
    { accounts, trust, pacing, links, clock, log },
  );
  const workPath = join(settings.stateDir, 'object');
  const upkeep = new ObjectUpkeep(
    { workPath, guid },
    { ...modules, accounts, signer: () => trust.signer() },
  );
  const objects = new ObjectPlaces(
    { workPath },
    {
      ...{ ...modules, accounts, pool, signer: () => trust.signer() },
      ...{ locks: (accountId) => locks.of(accountId), trustedNow },
    },
  );
  const tickets = new TicketOffice(modules);
  const ownTickets = new OwnTickets({
    ...{ tickets, trust, listen: () => listener?.address ?? '' },
    accessFor: (caller) => accessFor(caller),
  });
  const places = new AccountPlaces(
    { localAccountId: accounts.localId },
    { local, dialer, objects, accounts, tickets: ownTickets },
  );
  const store = new PolicyStore({ database });
  const jobs = new JobStore({ database });
  const policyBases = new PolicyBases({ database });
  const peerLocks = await PeerLocks.open({ database, now: () => clock.now() });
  const locks: DatasetLocks = new DatasetLocks({
    policies: new PolicyLocks({ store, bases: policyBases, queue: () => queue }),
    ...{ bases: policyBases, peers: peerLocks, localAccountId: accounts.localId, clock },
  });
  const releases = new LockReleases({ database });
  const releaser = parts.add(
    'lock releases',
    new LockReleaser({
      ...{ places, clock, log, releases },
      accountExists: (id) => accounts.exists(id),
    }),
  );
  const hooks = new HookRunner({ directory: settings.hooksDir, timeLimitMs: HOOK_TIME_LIMIT_MS });
  const { timeZone: localTimeZone } = Intl.DateTimeFormat().resolvedOptions();
  const world: PolicyWorld = {
    localAccountId: accounts.localId,
    accountExists: (id) => accounts.exists(id),
    isObjectAccount: (id) => accounts.isObject(id),
    checkLocalPath: (path) => void rootOf(roots, parseEscaped(path)),
    hasLocalDataset: (number) => hasDataset(local.source, number),
    peersMay: (right) => settings.peerAccess.includes(right),
    checkHook: (command) => hooks.check(command),
  };
  const planned = new PlannedRuns({ localTimeZone });
  const baseStore = new BasePolicyStore({ database });
  const policies: Policies = new Policies({
    store,
    bases: baseStore,
    queue: () => queue,
    world,
    planned,
    clock,
    planChanged: () => scheduler.wake(),
  });
  const bases = new BasePolicies({
    store: baseStore,
    policies: store,
    database,
    world,
    planned,
    clock,
    changed: () => policies.changed(),
  });
  const scheduler = new Scheduler({
    startDue: () => policies.startDue(),
    clockSetBack: () => policies.clockSetBack(),
    clock,
    onError: (error) => log.error({ err: error }, 'what is due could not be started'),
  });
  const outcomes = new PolicyOutcomes({ database });
  const space = parts.add('space', new SnapshotSpace({ roots }, { pool, clock, log }));
  const overview = new Overview({ policies, outcomes, accounts, trust, roots, space });
  parts.add('RPO alerts', new RpoWatch({ overview, clock, log }));
  const trees = new LocalTrees({ roots }, { records: local.records });
  const metrics = agentMetrics({ overview, queue: () => queue, trees, clock, clockGuard });
  const queue: JobQueue = parts.add(
    'jobs',
    new JobQueue(
      { concurrency: JOB_CONCURRENCY },
      {
        store: jobs,
        execute: policyExecutor({
          ...{ places, store, hooks, lanes: LANES, governor, requestPrefix, releases },
          bases: policyBases,
          now: () => clock.now(),
        }),
        limits: async ({ policyId }) => accountLimits(await store.records.get(policyId), accounts),
        clock,
        random: modules.random,
        onEnd: async (job) => [
          ...(await policies.atJobEnd(job)),
          ...(await outcomes.atJobEnd(job)),
        ],
        afterEnd: (job) => {
          metrics.jobEnded(endedJob(job));
          log.info(
            {
              job: job.id,
              policy: job.policyName,
              state: job.state,
              partial: job.partial,
              failed: job.failedTotal,
            },
            'job ended',
          );
          releaser.wake();
          policies
            .afterJobEnd(job)
            .catch((error: unknown) =>
              log.error({ err: error }, 'the next run of a policy could not be started'),
            );
        },
        log: (job, message) => log.warn({ job: job.id, policy: job.policyName }, message),
      },
    ),
  );

  const rules = () => ({
    ceiling: settings.peerAccess,
    roots: roots.map(({ path }) => path),
    grants: grants.grants,
    grantsOnly: grants.grantsOnly,
  });
  const accessFor = peerAccess({
    source: local.source,
    own: { ...local, unprivileged: local.unprivilegedTarget },
    tasks: new TaskRunners({ dialer, governor, log }),
    expirer: local.expirer,
    locks: peerLocks,
    onCall: (owner) => {
      if (!peerLocks.holdsAny(owner)) return;
      peerLocks
        .heardOf(owner)
        .catch((error: unknown) => log.error({ err: error }, 'a contact was not noted'));
    },
    peers: peerPlace(settings, { local, database }),
    rules,
  });
  parts.add(
    'loopback',
    await PeerServer.open(
      { listen: { kind: 'unix', path: loopbackSocket, peerUid }, card },
      {
        accessFor,
        tickets,
        verify: () => {
          throw new DmError('refused', 'the loopback socket takes no certificates');
        },
        onRefused: (who, error) =>
          log.warn({ peer: who, reason: error.message }, 'loopback refused'),
        onUnexpected: (method, error) =>
          log.error({ method, err: error }, 'a call failed unexpectedly'),
        now: () => clock.now(),
      },
    ),
  );
  if (settings.peerAccess.length > 0) {
    const { host } = settings.listen;
    const port = await pickPort(host, settings.listen.port);
    const opened = await PeerListener.open(
      { host, port, card },
      {
        trust,
        grants,
        pacing,
        links,
        accessFor,
        tickets,
        allowing: (data) => allowingLines(data, rules()),
        onRefused: (reason) => metrics.peerRefused(reason),
        clock,
        log,
      },
    );
    listener = parts.add('peer listener', opened);
  }
  const listen = listener?.address ?? '';
  parts.add(
    'control',
    await ControlServer.open(
      { path: settings.socket },
      {
        service: controlService({
          settings,
          listen,
          card,
          accounts,
          trust,
          grants,
          overview,
          trees,
          dialer,
          places,
          releaser,
          upkeep,
          policies,
          bases,
          outcomes,
          queue,
          jobs,
          roots,
          numbers,
          local,
          throttling,
          locks,
          clockGuard,
          database,
          clock,
          random: modules.random,
          randomBytes: modules.randomBytes,
          log,
        }),
        peerUid,
        onUnexpected: (method, error) =>
          log.error({ method, err: error }, 'a call failed unexpectedly'),
        onRefused: (who, error) =>
          log.warn(
            { caller: who, reason: asDmError(error, 'control').message },
            'control call refused',
          ),
      },
    ),
  );
  await queue.resume();
  parts.add('scheduler', scheduler).start();
  const made = new PeerDatasets({ database });
  parts.add('peer expiry', new PeerExpiry({ expirer: local.expirer, made, clock, log }));
  let http = '';
  if (settings.http !== null) {
    const server = await HttpServer.open(settings.http, {
      metrics: () => metrics.text(),
      unready: async () => unready(database, roots),
      onUnexpected: (path, error) => log.error({ path, err: error }, 'a request failed'),
    });
    http = parts.add('http', server).address;
  }
  pool.warm(LANES);
  return { listen, http };
}

async function hasDataset(source: Source, number: number): Promise<boolean> {
  for await (const dataset of source.listDatasets({}, new AbortController().signal)) {
    if (dataset.number === number) return true;
  }
  return false;
}

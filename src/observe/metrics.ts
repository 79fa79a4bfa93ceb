import { Counter, Gauge, Registry } from 'prom-client';

/** What the gauges show, taken when somebody asks. Times are milliseconds since 1970. */
export interface MetricsSnapshot {
  readonly nowMs: number;
  readonly policies: readonly {
    readonly policy: string;
    readonly place: string;
    /**
     * When the newest dataset that the policy brought to its place was made at
     * its origin; null before there is one.
     */
    readonly newestAtMs: number | null;
    readonly succeededAtMs: number | null;
    /** Whether its newest copy is older than its alert says; null without an alert. */
    readonly exceedsRpo: boolean | null;
  }[];
  readonly certificates: readonly {
    readonly kind: 'ca' | 'identity' | 'crl';
    readonly name: string;
    readonly expiresAtMs: number;
  }[];
  readonly roots: readonly {
    readonly root: string;
    readonly freeBytes: number;
    /** Null until it was measured. */
    readonly snapshotBytes: number | null;
  }[];
  readonly activeJobs: readonly { readonly state: string; readonly count: number }[];
  readonly overdueDatasets: number;
  readonly clockSuspect: boolean;
}

/** A job that has ended, as the counters see it. */
export interface EndedJob {
  readonly policy: string;
  readonly result: 'finished' | 'partial' | 'failed' | 'cancelled';
  readonly retries: number;
  readonly bytesSent: number;
  readonly bytesChanged: number;
}

/** The metrics of one agent, in Prometheus' text format. Counters begin at 0 with the process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #snapshot: () => Promise<MetricsSnapshot>;
  readonly #gauges: ReturnType<typeof gauges>;
  readonly #ended = this.#counter('dm_jobs_ended_total', 'Jobs that ended.', ['policy', 'result']);
  readonly #retries = this.#counter('dm_job_retries_total', 'Attempts that ended jobs repeated.', [
    'policy',
  ]);
  readonly #sent = this.#counter('dm_bytes_sent_total', 'Bytes that ended jobs put on the wire.', [
    'policy',
  ]);
  readonly #changed = this.#counter(
    'dm_bytes_changed_total',
    'File bytes that ended jobs found changed.',
    ['policy'],
  );
  readonly #refused = this.#counter('dm_peer_refused_total', 'Connections and calls refused.', [
    'reason',
  ]);

  constructor(modules: { snapshot: () => Promise<MetricsSnapshot> }) {
    this.#snapshot = modules.snapshot;
    this.#gauges = gauges(this.#registry);
  }

  jobEnded(job: EndedJob): void {
    const { policy, result } = job;
    this.#ended.inc({ policy, result });
    this.#retries.inc({ policy }, job.retries);
    this.#sent.inc({ policy }, job.bytesSent);
    this.#changed.inc({ policy }, job.bytesChanged);
  }

  /** `reason` is an error code, or the reason of a certificate's refusal: few and fixed. */
  peerRefused(reason: string): void {
    this.#refused.inc({ reason });
  }

  /** Everything as of now. */
  async text(): Promise<{ contentType: string; body: string }> {
    const snapshot = await this.#snapshot();
    // No await from here on: two who ask at once must not see each other's half-filled gauges.
    const { age, success, late, expiry, free, snapshots, active, overdue, suspect } = this.#gauges;
    for (const gauge of [age, success, late, expiry, free, snapshots, active]) gauge.reset();
    for (const { policy, place, newestAtMs, succeededAtMs, exceedsRpo } of snapshot.policies) {
      if (newestAtMs !== null) age.set({ policy, place }, (snapshot.nowMs - newestAtMs) / 1_000);
      if (succeededAtMs !== null) success.set({ policy }, succeededAtMs / 1_000);
      if (exceedsRpo !== null) late.set({ policy }, exceedsRpo ? 1 : 0);
    }
    for (const { kind, name, expiresAtMs } of snapshot.certificates) {
      expiry.set({ kind, name }, expiresAtMs / 1_000);
    }
    for (const { root, freeBytes, snapshotBytes } of snapshot.roots) {
      free.set({ root }, freeBytes);
      if (snapshotBytes !== null) snapshots.set({ root }, snapshotBytes);
    }
    for (const { state, count } of snapshot.activeJobs) active.set({ state }, count);
    overdue.set(snapshot.overdueDatasets);
    suspect.set(snapshot.clockSuspect ? 1 : 0);
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }
}

function gauges(registry: Registry) {
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Gauge<Label> => new Gauge({ name, help, labelNames, registers: [registry] });
  return {
    age: gauge(
      'dm_dataset_newest_age_seconds',
      'Age of the newest dataset that a policy brought to its place, counted from when it was made.',
      ['policy', 'place'],
    ),
    success: gauge(
      'dm_policy_last_success_timestamp_seconds',
      'When a job of the policy last finished.',
      ['policy'],
    ),
    late: gauge(
      'dm_policy_rpo_exceeded',
      '1 while the newest copy of a policy is older than its RPO alert says, else 0.',
      ['policy'],
    ),
    expiry: gauge(
      'dm_certificate_expiry_timestamp_seconds',
      'Until when an installed certificate or revocation list is valid.',
      ['kind', 'name'],
    ),
    free: gauge('dm_root_free_bytes', 'Room left on the file system of a root.', ['root']),
    snapshots: gauge(
      'dm_snapshot_bytes',
      'Bytes that nothing but kept versions of files holds; snapshots of btrfs are not counted.',
      ['root'],
    ),
    active: gauge('dm_jobs_active', 'Jobs that have not ended.', ['state']),
    overdue: gauge(
      'dm_datasets_overdue_expiry',
      'Datasets that are kept although their retention is over.',
    ),
    suspect: gauge(
      'dm_clock_suspect',
      '1 while the clock is not trusted and nothing expires, until `dm state accept-clock`.',
    ),
  };
}

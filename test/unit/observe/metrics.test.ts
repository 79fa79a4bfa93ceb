import { expect } from 'chai';
import { Metrics, type MetricsSnapshot } from '../../../src/observe/metrics.js';

const EMPTY: MetricsSnapshot = {
  nowMs: 1_000_000,
  policies: [],
  certificates: [],
  roots: [],
  activeJobs: [],
  overdueDatasets: 0,
  clockSuspect: false,
};

const NEVER = { newestAtMs: null, succeededAtMs: null, exceedsRpo: null };

describe('metrics', () => {
  it('show what is so now, and forget what is gone', async () => {
    let snapshot: MetricsSnapshot = {
      ...EMPTY,
      policies: [
        { ...NEVER, policy: 'push', place: 'beta', newestAtMs: 400_000, succeededAtMs: 900_000 },
        { ...NEVER, policy: 'never "ran"', place: 'local' },
        { ...NEVER, policy: 'late', place: 'beta', exceedsRpo: true },
        { ...NEVER, policy: 'in time', place: 'beta', exceedsRpo: false },
      ],
      certificates: [{ kind: 'crl', name: 'site', expiresAtMs: 2_000_000 }],
      roots: [
        { root: '/srv', freeBytes: 5, snapshotBytes: 7 },
        { root: '/new', freeBytes: 1, snapshotBytes: null },
      ],
      activeJobs: [{ state: 'running', count: 2 }],
      overdueDatasets: 3,
      clockSuspect: true,
    };
    const metrics = new Metrics({ snapshot: async () => snapshot });
    const { contentType, body } = await metrics.text();
    expect(contentType).to.match(/^text\/plain; version=0\.0\.4/);
    for (const line of [
      'dm_dataset_newest_age_seconds{policy="push",place="beta"} 600',
      'dm_policy_last_success_timestamp_seconds{policy="push"} 900',
      'dm_certificate_expiry_timestamp_seconds{kind="crl",name="site"} 2000',
      'dm_root_free_bytes{root="/srv"} 5',
      'dm_snapshot_bytes{root="/srv"} 7',
      'dm_jobs_active{state="running"} 2',
      'dm_clock_suspect 1',
      'dm_policy_rpo_exceeded{policy="late"} 1',
      'dm_policy_rpo_exceeded{policy="in time"} 0',
      'dm_datasets_overdue_expiry 3',
    ]) {
      expect(body.split('\n')).to.include(line);
    }
    expect(body).to.not.match(/never|dm_snapshot_bytes\{root="\/new"\}/);
    snapshot = EMPTY;
    expect((await metrics.text()).body).to.not.match(/push|site|srv|running/);
  });

  it('count jobs and refusals', async () => {
    const metrics = new Metrics({ snapshot: async () => EMPTY });
    const job = { policy: 'push', retries: 2, bytesSent: 10, bytesChanged: 7 };
    metrics.jobEnded({ ...job, result: 'finished' });
    metrics.jobEnded({ ...job, result: 'partial' });
    metrics.peerRefused('revoked');
    const lines = (await metrics.text()).body.split('\n');
    for (const line of [
      'dm_jobs_ended_total{policy="push",result="finished"} 1',
      'dm_jobs_ended_total{policy="push",result="partial"} 1',
      'dm_job_retries_total{policy="push"} 4',
      'dm_bytes_sent_total{policy="push"} 20',
      'dm_bytes_changed_total{policy="push"} 14',
      'dm_peer_refused_total{reason="revoked"} 1',
    ]) {
      expect(lines).to.include(line);
    }
  });
});

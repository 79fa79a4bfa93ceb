import { expect } from 'chai';
import type { JobContext } from '../../../src/job/executor.js';
import { newJob } from '../../../src/job/new-job.js';
import { parseJobId } from '../../../src/model/ids.js';
import type { Job } from '../../../src/model/job.js';
import { CopyCounters } from '../../../src/policy/copy-counters.js';
import { samplePolicy } from '../../support/policies.js';

const RUN = {
  type: 'DATASET_BASELINE_COPY_JOB',
  options: { adopt: false, acceptSource: false },
  createdAtMs: 1,
  parentJob: null,
} as const;

describe('the counters of a copy', () => {
  let job: Job;
  const counters = () => {
    const context: JobContext = {
      job,
      report: ({ progress, statistics }) => {
        job = {
          ...job,
          progress: { ...job.progress, ...progress },
          statistics: { ...job.statistics, ...statistics },
        };
      },
      recordFailures: () => undefined,
      shutdown: new AbortController().signal,
    };
    return new CopyCounters({ baseline: null }, { context, wireBytes: () => 10 });
  };
  const batch = { files: 3, bytes: 300, changedBytes: 30, readBytes: 60 };

  beforeEach(() => {
    job = newJob(parseJobId(1), samplePolicy(1), RUN);
  });

  it('go on where an interrupted attempt was when its stream goes on', () => {
    counters().sent(batch);
    const second = counters();
    second.resumed();
    second.wholeAgain(1);
    second.sent(batch);
    expect(job.progress).to.include({ filesDone: 6, bytesDone: 600 });
    expect(job.statistics).to.include({ bytesChanged: 60, bytesRead: 120, fullCopies: 1 });
    expect(job.statistics.bytesSent).to.equal(20);
  });

  it('begin again when the stream does', () => {
    counters().sent(batch);
    counters().sent(batch);
    expect(job.progress).to.include({ filesDone: 3, bytesDone: 300 });
    expect(job.statistics.bytesChanged).to.equal(30);
  });
});

import type { Job } from '../model/job.js';
import type { RecordCodec } from './records.js';

interface StoredWarning {
  readonly path: string;
  readonly code: string;
}

/** Jobs as JSON: paths are bytes and become base64. */
export const jobCodec: RecordCodec<Job> = {
  encode: (job) => ({
    ...job,
    warnings: job.warnings.map(({ path, code }) => ({
      path: Buffer.from(path).toString('base64'),
      code,
    })),
  }),
  decode: (stored) => {
    const job = stored as Omit<Job, 'warnings'> & { warnings: readonly StoredWarning[] };
    return {
      ...job,
      warnings: job.warnings.map(({ path, code }) => ({ path: Buffer.from(path, 'base64'), code })),
    };
  },
};

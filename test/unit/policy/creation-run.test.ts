import { expect } from 'chai';
import type { Places } from '../../../src/engine/places.js';
import type { JobContext } from '../../../src/job/executor.js';
import { DmError } from '../../../src/model/error.js';
import type { CreationRule, Policy } from '../../../src/model/policy.js';
import { runCreation } from '../../../src/policy/creation-run.js';

const RULE = {
  type: 'CREATION',
  basePath: '/data',
  excludes: [],
  preCommand: 'freeze',
  postCommand: 'thaw',
} as unknown as CreationRule;
const CONTEXT = {
  job: { id: 1, options: { acceptSource: false } },
  report: () => undefined,
  recordFailures: () => undefined,
} as unknown as JobContext;

describe('a dataset made between commands', () => {
  it('has the second one run also when the job is stopped in between', async () => {
    const stop = new AbortController();
    const ran: string[] = [];
    const hooks = {
      run: async (
        command: string,
        about: Readonly<Record<string, string>>,
        signal: AbortSignal,
      ) => {
        signal.throwIfAborted();
        ran.push(`${command} ${about.DM_RESULT ?? ''}`);
      },
    };
    const create = async (_request: unknown, _onProgress: unknown, signal: AbortSignal) => {
      stop.abort(new DmError('cancelled', 'the job was cancelled'));
      signal.throwIfAborted();
    };
    const place = { maker: { create }, [Symbol.asyncDispose]: async () => undefined };
    const places = { open: async () => place } as unknown as Places;
    const policy = { id: 7, name: 'nightly', partial: 'allow' } as unknown as Policy;
    const modules = { places, requestPrefix: 'x', hooks };
    let code = '';
    try {
      await runCreation(policy, RULE, CONTEXT, modules, stop.signal);
    } catch (error) {
      if (!(error instanceof DmError)) throw error;
      code = error.code;
    }
    expect(code).to.equal('cancelled');
    expect(ran).to.deep.equal(['freeze ', 'thaw failed']);
  });
});

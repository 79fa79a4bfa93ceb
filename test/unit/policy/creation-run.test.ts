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
const shutdown = new AbortController();
const CONTEXT = {
  shutdown: shutdown.signal,
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
    const modules = { places, requestPrefix: 'x', hooks, hookGraceMs: 20 };
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

  it('has the second one ended when the agent stops, some time after', async () => {
    const stop = new AbortController();
    const places = {
      open: async () => {
        throw new DmError('cancelled', 'stopped');
      },
    } as unknown as Places;
    const hooks = {
      run: (command: string, _about: object, signal: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          if (command === 'freeze') return resolve();
          signal.addEventListener('abort', () => reject(new DmError('hook_failed', 'killed')));
          shutdown.abort();
        }),
    };
    const modules = { places, requestPrefix: 'x', hooks, hookGraceMs: 20 };
    const policy = { id: 1, name: 'p' } as unknown as Policy;
    const ended = await runCreation(policy, RULE, CONTEXT, modules, stop.signal).catch(String);
    expect(ended).to.match(/stopped/);
  });
});

import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { openControlClient } from '../../../src/rpc/control-client.js';
import { ControlServer, type ControlServerModules } from '../../../src/rpc/control-server.js';
import type { ControlService } from '../../../src/rpc/control-service.js';
import { controlDefinition } from '../../../src/rpc/proto.js';
import { TempDirectory } from '../../support/temp-directory.js';
import { collect, failureOf } from './peer-pair.js';

/** Every method fails, but those given. */
function serviceOf(handlers: Partial<ControlService>): ControlService {
  const names = Object.values(controlDefinition()).map(({ originalName }) => originalName ?? '');
  const unused = () => {
    throw new DmError('not_supported', 'not in this test');
  };
  return {
    ...Object.fromEntries(names.map((name) => [name, unused])),
    ...handlers,
  } as ControlService;
}

describe('control service', () => {
  const signal = new AbortController().signal;
  let directory: TempDirectory;
  let path: string;

  beforeEach(() => {
    directory = new TempDirectory();
    path = directory.join('agent.sock');
  });
  afterEach(() => directory[Symbol.dispose]());

  function open(handlers: Partial<ControlService>, modules: Partial<ControlServerModules> = {}) {
    const service = serviceOf(handlers);
    return ControlServer.open(
      { path },
      { service, onRefused: () => undefined, onUnexpected: () => undefined, ...modules },
    );
  }

  it('carries requests, replies and numbers', async () => {
    await using _server = await open({
      getJob: async ({ id }) => ({ id: id + 1, state: 'running' }),
    });
    await using client = openControlClient(path);
    const job = await client.call.getJob({ id: 2 ** 40 }, signal);
    expect(job.id).to.equal(2 ** 40 + 1);
    expect(job.state).to.equal('running');
    expect(job.failed_entries).to.deep.equal([]);
  });

  it('carries errors with their code', async () => {
    await using _server = await open({
      getPolicy: async ({ ref }) => {
        throw new DmError('not_found', `no policy ${ref}`, { data: { ref } });
      },
      listDatasets: async function* () {
        yield { id: 1 };
        throw new DmError('corrupt', 'the second one is damaged');
      },
    });
    await using client = openControlClient(path);
    const error = await failureOf(client.call.getPolicy({ ref: 'x' }, signal));
    expect([error.code, error.message, error.data]).to.deep.equal([
      'not_found',
      'no policy x',
      { ref: 'x' },
    ]);
    const streamed = await failureOf(collect(client.call.listDatasets({}, signal)));
    expect(streamed.code).to.equal('corrupt');
  });

  it('streams as fast as the caller takes it and stops when it goes', async () => {
    let made = 0;
    let stopped: unknown = null;
    await using _server = await open({
      readFile: async function* (_request, signal) {
        signal.addEventListener('abort', () => {
          stopped = signal.reason;
        });
        for (;;) {
          made++;
          yield { data: Buffer.alloc(1_048_576) };
        }
      },
    });
    await using client = openControlClient(path);
    for await (const { data } of client.call.readFile({}, signal)) {
      expect(data).to.have.length(1_048_576);
      break;
    }
    while (stopped === null) await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).to.be.instanceOf(DmError);
    expect(made).to.be.lessThan(100);
  });

  it('cancels on request', async () => {
    const abort = new AbortController();
    await using _server = await open({
      watchJob: async function* (_request, signal) {
        yield { id: 1 };
        await once(signal, 'abort');
      },
    });
    await using client = openControlClient(path);
    const watching = (async () => {
      for await (const _job of client.call.watchJob({ id: 1 }, abort.signal)) abort.abort();
    })();
    expect((await failureOf(watching)).code).to.equal('cancelled');
  });

  it('has a socket of mode 0600, and none after it has closed', async () => {
    const server = await open({});
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(statSync(path).isSocket()).to.equal(true);
    await server.close();
    expect(() => statSync(path)).to.throw('ENOENT');
  });

  it('replaces a socket that nobody listens on', async () => {
    const dead = createServer();
    dead.listen(directory.join('other.sock'));
    await once(dead, 'listening');
    const { renameSync } = await import('node:fs');
    renameSync(directory.join('other.sock'), path);
    dead.close();
    await once(dead, 'close');
    expect(statSync(path).isSocket()).to.equal(true);
    await using _server = await open({ getAgent: async () => ({ version: '1' }) });
    await using client = openControlClient(path);
    expect((await client.call.getAgent({}, signal)).version).to.equal('1');
  });

  it('does not take the socket of an agent that runs, nor a file', async () => {
    await using _server = await open({});
    expect((await failureOf(open({}))).code).to.equal('in_use');
    path = directory.join('file');
    writeFileSync(path, '');
    expect((await failureOf(open({}))).code).to.equal('invalid_config');
    expect(statSync(path).isFile()).to.equal(true);
  });

  it('refuses a path too long for a socket', async () => {
    mkdirSync(directory.join('d'.repeat(100)));
    path = directory.join('d'.repeat(100), 'agent.sock');
    expect((await failureOf(open({}))).code).to.equal('invalid_config');
  });

  it('is agent_unreachable when no agent runs', async () => {
    await using client = openControlClient(path);
    const error = await failureOf(client.call.getAgent({}, signal));
    expect(error.code).to.equal('agent_unreachable');
    expect(error.message).to.include(path);
  });

  it('serves only its own user and root', async () => {
    const own = process.getuid?.() ?? 0;
    let uid = own;
    const fds: number[] = [];
    const refused: Error[] = [];
    await using _server = await open(
      { getAgent: async () => ({ version: '1' }) },
      {
        peerUid: (fd) => {
          fds.push(fd);
          return uid;
        },
        onRefused: (_who, error) => refused.push(error),
        onUnexpected: () => undefined,
      },
    );
    for (const served of [own, 0]) {
      uid = served;
      await using client = openControlClient(path);
      expect((await client.call.getAgent({}, signal)).version).to.equal('1');
    }
    uid = own + 12_345;
    await using stranger = openControlClient(path);
    const error = await failureOf(stranger.call.getAgent({}, signal));
    expect(error.code).to.equal('agent_unreachable');
    expect((refused[0] as DmError).code).to.equal('refused');
    expect(fds.every((fd) => fd > 2)).to.equal(true);
  });
});

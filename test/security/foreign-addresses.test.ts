import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { DmError } from '../../src/model/error.js';
import { peerDefinition } from '../../src/rpc/proto.js';
import { parseCertificate } from '../../src/security/certificate.js';
import { secureContextOptions } from '../../src/security/tls-material.js';
import { makeCa, makeIdentity } from '../support/certificates.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dmJson } from '../support/e2e-dm.js';
import { WORKER_ACCESS } from '../support/e2e-work.js';
import { HostileDataset } from './hostile-dataset.js';
import { HostilePeer, materialOf } from './hostile-peer.js';
import { withstands } from './withstands.js';

const TLS_HANDSHAKE = 0x16;
const TLS_ALERT = 0x15;
const RECORD_HEAD_BYTES = 5;

/** Somebody inside the network of the worker, whom a peer would like to be called. */
interface Bystander extends AsyncDisposable {
  readonly port: number;
  /** Connections that came. */
  readonly connections: number;
  /** What came on them, in clear text. */
  readonly received: Buffer;
}

describe('61: an address that a peer names', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let ticket: Buffer;

  const worker = () => agents.agent('worker');
  const grant = (name: string, allow: string) => {
    const who = [`--identity=CN=${name}`, '--ca=test-CA'];
    const what = [`--root=${agents.root('worker')}`, `--allow=${allow}`];
    return dmJson(worker(), 'grants', 'create', ...who, ...what);
  };
  const keyOf = async (name: string) =>
    parseCertificate((await materialOf(name)).certPem).spkiSha256;

  before('start a worker', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'worker', extra: [WORKER_ACCESS] }],
      accounts: false,
    });
    for (const name of ['mallory', 'lent', 'impostor']) await sharedCertificates.identity(name);
    await grant('mallory', 'read,create,write');
    await grant('lent', 'write,work');
    // A good one, of the right size; only its place can tell that it is none of its own.
    using lent = await HostilePeer.connect(worker(), { name: 'lent' });
    const write = await new HostileDataset().offer(agents.root('worker', 'x'));
    const request = { worker: await keyOf('worker'), write };
    ({ ticket } = await lent.unary(peerDefinition().IssueTicket, request));
  });
  after('stop it', () => agents?.[Symbol.asyncDispose]());
  const { logged, told } = withstands({ agents: () => agents, name: 'worker', inbox: null });

  /** How the worker ends a copy whose source is said to be at this address. */
  async function codeOfCopyFrom(name: string, address: string, peer: string): Promise<string> {
    using asker = await HostilePeer.connect(worker(), { name });
    const offer = await new HostileDataset().offer(agents.root('worker', 'copy'));
    const source = { addresses: [address], peer, ticket };
    const request = { source, offer, source_base_path: Buffer.from('/data'), partial: 'allow' };
    try {
      for await (const _ of asker.stream(peerDefinition().RunCopy, request));
      return 'done';
    } catch (error) {
      if (error instanceof DmError) return error.code;
      throw error;
    }
  }

  it('is not called for who has no right to have work done', async () => {
    await using bystander = await listen(createServer());
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '']) {
      const address = `${host}:${bystander.port}`;
      const code = await codeOfCopyFrom('mallory', address, await keyOf('lent'));
      expect(code, address).to.equal('refused');
      await logged('refused');
    }
    const metadata = await codeOfCopyFrom('mallory', '169.254.169.254:80', await keyOf('lent'));
    expect(metadata).to.equal('refused');
    expect(bystander.connections).to.equal(0);
  });

  it('of who speaks no TLS gets the beginning of a handshake, which holds nothing of the asker', async () => {
    await using bystander = await listen(createServer(), 'HTTP/1.1 200 OK\r\n\r\n');
    const address = `127.0.0.1:${bystander.port}`;
    const code = await codeOfCopyFrom('lent', address, await keyOf('lent'));
    expect(code).to.be.oneOf(['peer_untrusted', 'peer_unreachable']);
    await told(/copy for a peer was not finished/);
    const { received } = bystander;
    expect(received.length).to.be.greaterThan(RECORD_HEAD_BYTES);
    expect(received[0]).to.equal(TLS_HANDSHAKE);
    const rest = received.subarray(RECORD_HEAD_BYTES + received.readUInt16BE(3));
    if (rest.length > 0) expect(rest[0], 'then an alert at most').to.equal(TLS_ALERT);
    for (const text of ['worker', 'lent', '/data', 'copy', 'HTTP', 'PRI']) {
      expect(received.includes(text), text).to.equal(false);
    }
    expect(received.includes(ticket.subarray(0, 16)), 'the ticket').to.equal(false);
  });

  it('of who has no certificate of an installed CA, or not the named key, gets no request', async () => {
    const other = makeIdentity(makeCa({ name: 'other' }), { name: 'lent' });
    const impostor = await materialOf('impostor');
    const strangers = [
      ['peer_untrusted', { cert: other.certPem, key: other.keyPem }],
      ['peer_key_mismatch', secureContextOptions(impostor)],
    ] as const;
    for (const [wanted, options] of strangers) {
      await using bystander = await listen(createTlsServer({ ...options, ALPNProtocols: ['h2'] }));
      const address = `127.0.0.1:${bystander.port}`;
      const code = await codeOfCopyFrom('lent', address, await keyOf('lent'));
      expect(code, wanted).to.equal(wanted);
      expect(bystander.connections, wanted).to.be.greaterThan(0);
      expect(bystander.received.length, wanted).to.equal(0);
      await told(/copy for a peer was not finished/);
    }
  });
});

/** Takes connections, answers each with a text if there is one, and remembers what came. */
async function listen(server: Server, answer = ''): Promise<Bystander> {
  const chunks: Buffer[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const isTls = 'setSecureContext' in server;
  server.on('connection', (socket: Socket) => {
    connections++;
    open.add(socket);
    socket.on('error', () => undefined);
  });
  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket | TLSSocket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (answer !== '') socket.end(answer);
    });
  });
  server.listen(0);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get received() {
      return Buffer.concat(chunks);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

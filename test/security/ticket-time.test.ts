import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { peerDefinition } from '../../src/rpc/proto.js';
import { TICKET_VALID_MS, TicketOffice } from '../../src/rpc/tickets/ticket-office.js';
import { parseCertificate } from '../../src/security/certificate.js';
import { testPki } from '../support/certificates.js';
import { MemoryPlace } from '../support/memory-endpoint.js';
import { memoryTree } from '../support/memory-tree.js';
import { failureOf, type TestServer, testChannel, testServer } from '../unit/rpc/peer-pair.js';

describe('the time of a ticket', () => {
  const { signal } = new AbortController();
  let uptime = 1_000.5;
  let served: TestServer;
  const place = new MemoryPlace();
  const { id, basePath } = place.add(memoryTree({ file: 'x' }, 1n), { number: 1 });

  before('serve', async () => {
    const tickets = new TicketOffice({ randomBytes, uptime: () => uptime });
    served = await testServer(place, { tickets });
  });
  after('stop', () => served?.[Symbol.asyncDispose]());

  async function shownAfter(ms: number): Promise<string> {
    await using asker = testChannel(served.server.port);
    const worker = parseCertificate(testPki().beta.certPem).spkiSha256;
    const { IssueTicket, Changes } = peerDefinition();
    const dataset = { id, base_path: basePath };
    const { ticket } = await asker.unary(IssueTicket, { worker, read: { dataset } }, signal);
    uptime += ms;
    await using holder = testChannel(served.server.port, { ticket });
    const use = async () => {
      for await (const _ of holder.stream(Changes, { dataset, lanes: 1 }, signal));
      return 'done';
    };
    return await use().catch(async (error: unknown) => {
      const { code, data } = await failureOf(Promise.reject(error));
      return `${code} ${data.reason}`;
    });
  }

  it('is ten minutes by a clock that nobody sets', async () => {
    expect(TICKET_VALID_MS).to.equal(600_000);
    expect(await shownAfter(0)).to.equal('done');
    expect(await shownAfter(599_999)).to.equal('done');
  });

  it('does not run out while what it was asked for on stands, with calls or without', async () => {
    const delays: number[] = [];
    const { setTimeout: original } = globalThis;
    globalThis.setTimeout = Object.assign(
      (...args: Parameters<typeof original>) => {
        delays.push(args[1] ?? 0);
        return original(...args);
      },
      { __promisify__: original.__promisify__ },
    ) as typeof original;
    try {
      await using asker = testChannel(served.server.port);
      await asker.hello(signal);
    } finally {
      globalThis.setTimeout = original;
    }
    // The library closes connections without calls, after 30 minutes unless it is told otherwise.
    expect(delays.filter((delay) => delay > 600_000)).to.deep.equal([2 ** 31 - 1]);
  });

  it('is over after that: an expired ticket is refused', async () => {
    expect(await shownAfter(600_002)).to.equal('ticket_refused expired');
  });
});

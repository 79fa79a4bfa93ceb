import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { hungUpSockets, isOneOf } from '../../../src/rpc/socket-probe.js';

const TCP = '/proc/self/net/tcp';
const SWITCHED_OFF = '/proc/self/net/of-a-kind-the-kernel-lacks';

describe('sockets whose other end has hung up', () => {
  it('are found on hosts where IPv6 is switched off, too', async () => {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [served] = (await once(server, 'connection')) as [Socket];
    try {
      expect(isOneOf(served, hungUpSockets([TCP, SWITCHED_OFF]))).to.equal(false);
      client.destroy();
      while (!isOneOf(served, hungUpSockets([TCP, SWITCHED_OFF]))) await setTimeout(5);
    } finally {
      served.destroy();
      server.close();
    }
  });
});

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { readBootId } from '../../../../../src/endpoint/local/sys/boot-id.js';
import { statAt } from '../../../../../src/endpoint/local/sys/stat.js';
import { bytes, withTempDirectory } from './temp-directory.js';

const SYS = new URL('../../../../../src/endpoint/local/sys/', import.meta.url).href;

const MODULES = [
  'open',
  'readdir',
  'stat',
  'xattr',
  'attributes',
  'create',
  'clone',
  'extents',
  'btrfs',
];

const CODE = `
  const { workerData, parentPort } = require('node:worker_threads');
  (async () => {
    for (const name of workerData.modules) await import(workerData.sys + name + '.js');
    const { makeDirectory } = await import(workerData.sys + 'create.js');
    for (let i = 0; i < 200; i++) {
      makeDirectory(workerData.fd, Buffer.from(workerData.prefix + i), 0o700);
    }
    parentPort.postMessage('done');
  })();
`;

describe('system calls in worker threads', () => {
  const temp = withTempDirectory();

  it('work in several at once, each with scratch memory of its own', async () => {
    const prefixes = ['a', 'bb', 'ccc', 'dddd'].map((prefix) => prefix.repeat(40));
    const workers = prefixes.map((prefix) => {
      const workerData = { sys: SYS, modules: MODULES, fd: temp().fd, prefix };
      return new Worker(CODE, { eval: true, workerData });
    });
    await Promise.all(
      workers.map(async (worker) => {
        const exited = once(worker, 'exit');
        const [message] = await once(worker, 'message');
        expect(message).to.equal('done');
        expect((await exited)[0]).to.equal(0);
      }),
    );
    for (const prefix of prefixes) {
      expect(statAt(temp().fd, bytes(`${prefix}199`)).type).to.equal('dir');
    }
    expect(statAt(temp().fd, bytes(`${'a'.repeat(40)}0`)).permissions).to.equal(0o700);
  });
});

describe('the boot id', () => {
  it('is a uuid and stays during a boot', () => {
    expect(readBootId()).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(readBootId()).to.equal(readBootId());
  });
});

import { type Client, status } from '@grpc/grpc-js';
import type { WriteRequest } from '../../../src/rpc/generated/peer/datamover/v1/WriteRequest.js';
import { peerDefinition } from '../../../src/rpc/proto.js';
import {
  content,
  END,
  gfid,
  HostileDataset,
  wholeFile,
  withSession,
} from '../../security/hostile-dataset.js';
import type { HostilePeer } from '../../security/hostile-peer.js';
import type { Random } from '../e2e-random.js';
import { type Fuzzer, PATIENCE_MS } from './fuzzer.js';
import { sendRaw } from './message-fuzzer.js';
import { mutateBytes, mutateList } from './mutate-bytes.js';
import { mutateMessage } from './mutate-protobuf.js';

const SMALL = Buffer.from('content of a file');

export interface BatchFuzzerModules {
  readonly random: Random;
  readonly peer: HostilePeer;
  /** A path that nothing was received at, for each try. */
  readonly freshTarget: () => string;
}

/**
 * Sends datasets with the records of their maps, their batches or the messages around these
 * changed, and commits what was taken. A changed record has a root digest that fits, so that
 * nothing but the check of the record itself is in its way.
 */
export class BatchFuzzer implements Fuzzer {
  readonly #modules: BatchFuzzerModules;

  constructor(modules: BatchFuzzerModules) {
    this.#modules = modules;
  }

  async send(): Promise<string> {
    const { random, peer, freshTarget } = this.#modules;
    const dataset = smallTree();
    const level = random.pick(['record', 'payload', 'message', 'order'] as const);
    if (level === 'record') this.#changeRecord(dataset);
    const session = await peer.begin(await dataset.offer(freshTarget()));
    const files = content((writer) => wholeFile(writer, gfid(3), SMALL));
    let requests = withSession(session, dataset.structure(), files, END);
    if (level === 'payload') requests = this.#changedPayload(requests);
    if (level === 'order') requests = mutateList(requests, random);
    const { Write, Commit } = peerDefinition();
    const messages = requests.map((request): Buffer => Write.requestSerialize(request));
    if (level === 'message') {
      const at = random.below(messages.length);
      messages[at] = mutateMessage(messages[at] ?? Buffer.alloc(0), random);
    }
    const written = await this.#call(peer.client, Write, messages);
    const commit = { session, partial: 'allow', failures: [] };
    const committed = await this.#call(peer.client, Commit, [
      Buffer.from(Commit.requestSerialize(commit)),
    ]);
    if (committed !== status.OK) await peer.abort(session).catch(() => undefined);
    return `${level} ${status[written]} ${status[committed]}`;
  }

  [Symbol.dispose](): void {
    this.#modules.peer[Symbol.dispose]();
  }

  async #call(
    client: Client,
    method: { readonly path: string; readonly requestStream: boolean },
    messages: readonly Buffer[],
  ): Promise<number> {
    const { path, requestStream } = method;
    const raw = { path, requestStream, responseStream: true };
    const code = await sendRaw(client, raw, messages, Date.now() + PATIENCE_MS);
    if (code === status.DEADLINE_EXCEEDED) throw new Error(`${path}: no answer in time`);
    return code;
  }

  #changeRecord(dataset: HostileDataset): void {
    const { random } = this.#modules;
    const puts = random.pick([dataset.entries, dataset.inodes, dataset.inodes, dataset.links]);
    const at = random.below(puts.length);
    const put = puts[at];
    if (put === undefined) return;
    const changed = (bytes: Uint8Array) => mutateBytes(Buffer.from(bytes), random);
    puts[at] =
      random.below(3) === 0
        ? { ...put, key: changed(put.key) }
        : { ...put, value: changed(put.value) };
  }

  #changedPayload(requests: readonly WriteRequest[]): WriteRequest[] {
    const { random } = this.#modules;
    const at = random.below(requests.length);
    return requests.map((request, index) => {
      const payload = request.batch?.payload;
      if (index !== at || !Buffer.isBuffer(payload)) return request;
      return { ...request, batch: { ...request.batch, payload: mutateBytes(payload, random) } };
    });
  }
}

/** A directory with a file of two names, a symlink and a fifo. */
function smallTree(): HostileDataset {
  return new HostileDataset()
    .add(gfid(2), 'd', 'dir')
    .add(gfid(3), 'f', 'file', { parent: gfid(2), size: BigInt(SMALL.length), nlink: 2 })
    .entry(gfid(2), 'g', gfid(3), 'file')
    .link(gfid(3), gfid(2), 'g')
    .add(gfid(4), 'l', 'symlink', { symlinkTarget: Buffer.from('../../beside/secret') })
    .add(gfid(5), 'p', 'fifo');
}

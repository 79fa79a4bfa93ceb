import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { MAX_PAYLOAD_BYTES } from '../../src/endpoint/change-payload.js';
import type { DmError } from '../../src/model/error.js';
import { compressZstd, withContentSize } from '../../src/repository/zstd.js';
import type { WriteRequest } from '../../src/rpc/generated/peer/datamover/v1/WriteRequest.js';
import { peerDefinition } from '../../src/rpc/proto.js';
import { TestAgents } from '../support/e2e-agents.js';
import { createPolicy, creation, listDatasets, mustRun } from '../support/e2e-policies.js';
import { prose } from '../support/e2e-text.js';
import { noise } from '../support/e2e-trees.js';
import { content, END, gfid, HostileDataset, wholeFile, withSession } from './hostile-dataset.js';
import { HostilePeer } from './hostile-peer.js';
import { withstands } from './withstands.js';

const MIB = 1_048_576;
/** Of a frame: 128 KiB of one byte, in 4 bytes. */
const BLOCK_BYTES = 131_072;
const BOMB_BLOCKS = 8_000;
/** So few that the number of blocks is no reason to refuse it. */
const SMALL_BLOCKS = 100;

describe('45: compressed payloads that are not what they say', function () {
  this.timeout(120_000);
  const bytes = prose(1).subarray(0, 60_000);
  let agents: TestAgents;
  let next = 0;
  let peakBefore = 0;

  before(async () => {
    agents = await TestAgents.open({ agents: [{ name: 'victim' }], accounts: false });
  });
  after(() => agents?.[Symbol.asyncDispose]());

  const { logged } = withstands({ agents: () => agents, name: 'victim' });

  function dataset(): HostileDataset {
    return new HostileDataset().add(gfid(2), 'file', 'file', { size: BigInt(bytes.length) });
  }

  const honest = () => {
    const { payload } = content((writer) => wholeFile(writer, gfid(2), bytes)).batch ?? {};
    return Buffer.from(payload as Uint8Array);
  };

  /** The batch as an honest source sends it, with another payload. */
  function batchOf(payload: Uint8Array, raw_bytes: number): WriteRequest {
    const { batch } = content(() => undefined);
    return { batch: { ...batch, payload: Buffer.from(payload), raw_bytes } };
  }

  /** What the victim answers; the target is as it was when it refuses. */
  async function send(requests: WriteRequest[], protocol?: number): Promise<DmError | null> {
    const target = agents.root('victim', `target-${next++}`);
    using peer = await HostilePeer.connect(agents.agent('victim'), {
      ...(protocol !== undefined && { protocol }),
    });
    const tree = dataset();
    const session = await peer.begin(await tree.offer(target));
    try {
      await peer.send(...withSession(session, tree.structure(), ...requests, END));
      await peer.commit(session);
      expect(readFileSync(`${target}/file`).equals(bytes)).to.equal(true);
      return null;
    } catch (error) {
      await peer.abort(session);
      expect(existsSync(target)).to.equal(false);
      return error as DmError;
    }
  }

  const frame = async () => compressZstd(honest());

  it('are taken when they are', async () => {
    const sized = withContentSize(await frame(), honest().length);
    expect(await send([batchOf(sized, honest().length)])).to.equal(null);
    peakBefore = peakBytes(agents.agent('victim').pid);
  });

  it('a bomb, garbage, a part of a frame, a size too large, too small or missing: refused', async () => {
    const raw = honest().length;
    const sized = withContentSize(await frame(), raw);
    const bomb = bombOf(MAX_PAYLOAD_BYTES);
    const refused: [string, Uint8Array, number][] = [
      ['a bomb', bomb, MAX_PAYLOAD_BYTES],
      ['a small bomb', bombOf(MAX_PAYLOAD_BYTES, SMALL_BLOCKS), MAX_PAYLOAD_BYTES],
      ['a bomb that says no size', unsizedBomb(), MAX_PAYLOAD_BYTES],
      ['a bomb that says its size', bombOf(BOMB_BLOCKS * BLOCK_BYTES), BOMB_BLOCKS * BLOCK_BYTES],
      ['a bomb that says its size to the library only', bombOf(MIB * 512), MAX_PAYLOAD_BYTES],
      ['garbage', noise(5_000, 1), 5_000],
      ['part of a frame', sized.subarray(0, sized.length - 10), raw],
      ['two frames', Buffer.concat([sized, sized]), 2 * raw],
      ['another size', sized, raw + 1],
      ['a frame without a size', await frame(), raw],
      ['a larger size', withContentSize(await frame(), raw + 1), raw + 1],
      ['a smaller size', withContentSize(await frame(), raw - 1), raw - 1],
      ['4 GiB', sized, 2 ** 32 - 1],
    ];
    for (const [what, payload, rawBytes] of refused) {
      const error = await send([batchOf(payload, rawBytes)]);
      expect(error?.code, what).to.equal('protocol_error');
      await logged('protocol_error');
    }
  });

  it('take no memory to be refused', async () => {
    const bomb = bombOf(MAX_PAYLOAD_BYTES);
    for (let round = 0; round < 20; round++) {
      expect((await send([batchOf(bomb, MAX_PAYLOAD_BYTES)]))?.code).to.equal('protocol_error');
    }
    // A single one that is unpacked, here or in the test before, takes a gigabyte.
    expect(peakBytes(agents.agent('victim').pid) - peakBefore).to.be.lessThan(150 * MIB);
  });

  it('are refused of a peer that speaks the former protocol, and not sent to it', async () => {
    const sized = withContentSize(await frame(), honest().length);
    const error = await send([batchOf(sized, honest().length)], 1);
    expect(error?.code).to.equal('protocol_error');
    const victim = agents.agent('victim');
    const source = agents.root('victim', 'source');
    mkdirSync(source);
    writeFileSync(`${source}/text`, prose(2));
    await mustRun(victim, await createPolicy(victim, 'CREATION', creation('local', source)));
    const [made] = await listDatasets(victim, source);
    const request = {
      dataset: { number: made?.id ?? 0 },
      lanes: 1,
      compression: 'COMPRESSION_ZSTD' as const,
      stream: 1,
    };
    for (const [protocol, isCompressed] of [
      [1, false],
      [2, true],
    ] as const) {
      using peer = await HostilePeer.connect(victim, { protocol });
      const sizes: number[] = [];
      for await (const batch of peer.stream(peerDefinition().Changes, request)) {
        sizes.push(batch.raw_bytes);
      }
      expect(sizes.some((size) => size > 0)).to.equal(isCompressed);
    }
  });
});

/** A frame of a gigabyte that says it holds `size` bytes. */
function bombOf(size: number, count = BOMB_BLOCKS): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  head.writeUInt32LE(size, 5);
  return Buffer.concat([head, blocks(count)]);
}

function unsizedBomb(): Buffer {
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]), blocks(BOMB_BLOCKS)]);
}

function blocks(count: number): Buffer {
  const all = Buffer.alloc(count * 4, 65);
  for (let index = 0; index < count; index++) {
    const last = index === count - 1 ? 1 : 0;
    all.writeUIntLE((BLOCK_BYTES << 3) | 2 | last, 4 * index, 3);
  }
  return all;
}

/** Most resident memory that a process ever had. */
function peakBytes(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) * 1_024;
}

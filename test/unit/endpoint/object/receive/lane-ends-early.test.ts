import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { objectLaneTask } from '../../../../../src/endpoint/object/receive/object-receive-tasks.js';
import {
  OBJECT_RECEIVE_TASKS,
  type ObjectLaneInput,
  type ObjectLaneMessage,
  type ObjectTaskInput,
} from '../../../../../src/endpoint/object/receive/task-input.js';
import { WorkDirectory } from '../../../../../src/endpoint/object/receive/work-directory.js';
import { type LaneEvent, readLaneLog } from '../../../../../src/endpoint/receive/lane-log.js';
import type { LaneBatch } from '../../../../../src/endpoint/receive/lane-messages.js';
import { DmError } from '../../../../../src/model/error.js';
import type { RunOptions, WorkerPool } from '../../../../../src/worker/pool.js';
import { ObjectFixture } from './object-fixture.js';

/** Batches of the lane before its source breaks. */
const BATCHES = 2;

/** A pool that runs the first lane in this thread, with a source that breaks, and tells acks to `onAck`, and its end. */
function breakingLane(
  pool: WorkerPool,
  onAck: () => Promise<void>,
  ended: (log: LaneEvent[]) => void,
) {
  const run = async (
    task: string,
    input: ObjectTaskInput,
    options: RunOptions<ObjectLaneMessage, LaneBatch>,
    signal: AbortSignal,
  ): Promise<unknown> => {
    const isFirst = (input as Partial<ObjectLaneInput>).lane === 0;
    if (task !== OBJECT_RECEIVE_TASKS.lane || !isFirst) {
      return pool.run(task, input, options, signal);
    }
    async function* incoming(): AsyncGenerator<LaneBatch, void> {
      let batches = 0;
      for await (const batch of options.messages ?? []) {
        yield batch;
        if (++batches === BATCHES) throw new DmError('peer_unreachable', 'the source broke');
      }
    }
    const emit = async (message: ObjectLaneMessage): Promise<void> => {
      if (message.kind === 'ack') await onAck();
      await options.onMessage?.(message);
    };
    const io = { emit, incoming: incoming(), signal };
    try {
      return await objectLaneTask(input as ObjectLaneInput, io);
    } finally {
      const log = new WorkDirectory(input.work).laneLog(0);
      ended([...readLaneLog(log)].map(({ event }) => event));
    }
  };
  return new Proxy(pool, {
    get: (target, name) => (name === 'run' ? run : Reflect.get(target, name, target)),
  });
}

describe('a lane of a backup whose source breaks', function () {
  this.timeout(60_000);

  it('ends when nothing of it writes to its log any more', async () => {
    await using fixture = new ObjectFixture();
    fixture.copy.sh('for i in $(seq 40); do head -c 1000000 /dev/urandom > $i; done');
    let ended = { acks: 0, extents: 0 };
    // The first ack takes long: what follows it is logged when it has gone.
    let acks = 0;
    const onAck = async (): Promise<void> => {
      if (acks++ === 0) await setTimeout(500);
    };
    const { pool } = fixture;
    fixture.lanePool = breakingLane(pool, onAck, (log) => {
      ended = { acks, extents: log.filter(({ kind }) => kind === 'extents').length };
    });
    const failure = await fixture.backUp().then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(DmError);
    expect((failure as DmError).code).to.equal('peer_unreachable');
    expect(ended.acks).to.equal(BATCHES);
    expect(ended.extents).to.be.greaterThan(0);
  });
});

import { expect } from 'chai';
import type { ChangeBatch } from '../../../../src/endpoint/change-stream.js';
import type { ReceiveWork } from '../../../../src/endpoint/receive/receive-stream.js';
import { writeStream } from '../../../../src/endpoint/receive/write-stream.js';
import { DmError } from '../../../../src/model/error.js';
import { heldSignals } from '../../../support/forgotten-signals.js';

const STREAMS = 20;
const NEVER = new AbortController().signal;
const WORK: ReceiveWork = {
  structure: async () => [],
  lane: async () => undefined,
  onStructure: () => undefined,
  onEnd: () => undefined,
};

/** What the reader of the acks sees in the end. */
async function failureOf(batches: AsyncIterable<ChangeBatch>, stopped: AbortSignal) {
  const options = { lanes: 1, structureDone: true, needs: [], stopped };
  try {
    for await (const _ack of writeStream(
      batches,
      options,
      { work: WORK, onRunning: () => undefined },
      NEVER,
    ));
  } catch (error) {
    return error;
  }
  return null;
}

async function* broken(): AsyncGenerator<ChangeBatch> {
  yield* [];
  throw new DmError('peer_unreachable', 'the line is dead');
}

async function* silent(): AsyncGenerator<ChangeBatch> {
  yield* [];
  await new Promise(() => undefined);
}

describe('a stream of batches into a session', () => {
  it('that breaks tells why and leaves nothing in memory', async () => {
    const { made, held } = await heldSignals(async () => {
      for (let count = 0; count < STREAMS; count++) {
        expect(await failureOf(broken(), NEVER)).to.include({ code: 'peer_unreachable' });
      }
    });
    expect([made, held]).to.deep.equal([STREAMS, 0]);
  });

  it('that is stopped tells why and leaves nothing in memory', async () => {
    const { made, held } = await heldSignals(async () => {
      for (let count = 0; count < STREAMS; count++) {
        const stop = new AbortController();
        const failure = failureOf(silent(), stop.signal);
        stop.abort(new DmError('session_superseded', 'another one came'));
        expect(await failure).to.include({ code: 'session_superseded' });
      }
    });
    expect([made, held]).to.deep.equal([STREAMS, 0]);
  });
});

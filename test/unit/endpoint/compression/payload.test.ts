import { expect } from 'chai';
import { MAX_PAYLOAD_BYTES } from '../../../../src/endpoint/change-payload.js';
import type { ChangeBatch } from '../../../../src/endpoint/change-stream.js';
import { compressBatch } from '../../../../src/endpoint/compression/compress-batch.js';
import { CompressionSwitch } from '../../../../src/endpoint/compression/compression-switch.js';
import { rawPayload } from '../../../../src/endpoint/compression/raw-payload.js';
import { compressZstd, withContentSize } from '../../../../src/repository/zstd.js';
import { prose } from '../../../support/e2e-text.js';
import { noise } from '../../../support/e2e-trees.js';
import { failureOf } from '../../rpc/peer-pair.js';

const MIB = 1_048_576;

describe('payloads on the wire', () => {
  const on = new CompressionSwitch();
  on.turn(true);

  it('shrink, and are the same afterwards', async () => {
    for (const length of [8_000, 65_536, MIB, MAX_PAYLOAD_BYTES]) {
      const raw = text(length);
      const sent = await compressBatch(batchOf(raw), on);
      expect(sent.rawBytes).to.equal(length);
      expect(sent.payload.length).to.be.lessThan(0.6 * length);
      expect(Buffer.from(await rawPayload(sent)).equals(raw)).to.equal(true);
    }
  });

  it('go as they are when they would not shrink, are small, or nobody wants it', async () => {
    const off = new CompressionSwitch();
    const same: [Buffer, CompressionSwitch | null][] = [
      [noise(MIB, 1), on],
      [noise(20_000, 1), on],
      [text(1_000), on],
      [text(MIB), off],
      [text(MIB), null],
    ];
    for (const [raw, compression] of same) {
      const batch = batchOf(raw);
      expect(await compressBatch(batch, compression)).to.equal(batch);
      expect(Buffer.from(await rawPayload(batch)).equals(raw)).to.equal(true);
    }
  });

  it('of noise are not compressed to find out, once they are large', async () => {
    const compression = new CompressionSwitch();
    compression.turn(true);
    await compressBatch(batchOf(noise(MIB, 2)), compression);
    expect(compression.totals.bytes).to.equal(0);
    await compressBatch(batchOf(text(MIB)), new CompressionSwitch(compression.memory));
    expect(compression.totals.bytes).to.equal(MIB);
    expect(compression.totals.ms).to.be.greaterThan(0);
  });

  it('are refused when they are not what they say', async () => {
    const raw = text(100_000);
    const frame = withContentSize(await compressZstd(raw), raw.length);
    const half = frame.subarray(0, frame.length / 2);
    const refused: [string, Uint8Array, number][] = [
      ['no frame', noise(1_000, 3), 1_000],
      ['nothing', new Uint8Array(0), 1],
      ['a frame that ends early', half, raw.length],
      ['a frame with more behind it', Buffer.concat([frame, frame]), raw.length],
      ['another size than the batch says', frame, raw.length - 1],
      ['no size', await compressZstd(raw), raw.length],
      ['less than it says', withContentSize(await compressZstd(raw), 200_000), 200_000],
      ['more than it says', withContentSize(await compressZstd(raw), 50_000), 50_000],
      [
        'too much',
        withContentSize(await compressZstd(raw), MAX_PAYLOAD_BYTES + 1),
        MAX_PAYLOAD_BYTES + 1,
      ],
    ];
    for (const [what, payload, rawBytes] of refused) {
      const { code } = await failureOf(rawPayload({ payload: new Uint8Array(payload), rawBytes }));
      expect(code, what).to.equal('protocol_error');
    }
  });
});

function text(length: number): Buffer {
  return Buffer.concat([prose(1), prose(2)]).subarray(0, length);
}

function batchOf(raw: Buffer): ChangeBatch {
  return {
    phase: 'content',
    lane: 0,
    token: Buffer.from('t'),
    payload: new Uint8Array(raw),
    files: 1,
    bytes: raw.length,
    changedBytes: raw.length,
    readBytes: raw.length,
  };
}

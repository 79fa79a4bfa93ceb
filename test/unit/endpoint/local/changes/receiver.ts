import { blake3 } from '@napi-rs/blake-hash';
import { expect } from 'chai';
import { LEAF_BYTES, PayloadReader } from '../../../../../src/endpoint/change-payload.js';
import type { ChangeBatch } from '../../../../../src/endpoint/change-stream.js';

interface Arriving {
  readonly key: string;
  readonly bytes: Buffer;
  readonly leaves: Map<number, Uint8Array | null>;
  /** Everything below is settled. */
  at: number;
  readonly hasBasis: boolean;
}

/**
 * Applies a stream in memory, by the rules of the payload, and checks every leaf digest it carries.
 */
export class TestReceiver {
  /** Maps of the structure phase, keys and values in hex. */
  readonly maps: Map<string, Map<string, string>>;
  /** Contents by `gfid.version`. */
  readonly contents: Map<string, Buffer>;
  readonly failures = new Map<number, string>();
  readonly finished: number[] = [];
  /** Data bytes that came. */
  dataBytes = 0;
  ended = false;
  readonly #lanes = new Map<number, Arriving>();

  /** `base`: what received the dataset that the stream starts from. */
  constructor(base: TestReceiver | null = null) {
    this.contents = new Map(base?.contents);
    this.maps = new Map([...(base?.maps ?? [])].map(([name, map]) => [name, new Map(map)]));
  }

  apply(batch: ChangeBatch): void {
    expect(this.ended).to.equal(false);
    if (batch.phase === 'end') {
      this.ended = true;
      return;
    }
    const reader = new PayloadReader(batch.payload);
    let map: Map<string, string> | null = null;
    for (let record = reader.next(); record !== null; record = reader.next()) {
      const file = this.#lanes.get(batch.lane);
      switch (record.kind) {
        case 'map':
          map = this.maps.get(record.map) ?? new Map();
          this.maps.set(record.map, map);
          break;
        case 'put':
          expect(map).not.to.equal(null);
          map?.set(hex(record.key), hex(record.value));
          break;
        case 'delete':
          expect(map?.delete(hex(record.key))).to.equal(true);
          break;
        case 'file': {
          const key = `${record.gfid}.${record.version}`;
          if (record.continued) {
            expect(file?.key).to.equal(key);
            break;
          }
          const bytes = Buffer.alloc(Number(record.size));
          if (record.basis !== null) {
            const basis = this.contents.get(`${record.basis.gfid}.${record.basis.version}`);
            if (basis === undefined) throw new Error('the stream names a basis that is not here');
            basis.copy(bytes, 0, 0, Math.min(basis.length, bytes.length));
          }
          const hasBasis = record.basis !== null;
          this.#lanes.set(batch.lane, { key, bytes, leaves: new Map(), at: 0, hasBasis });
          break;
        }
        case 'data':
        case 'hole': {
          if (file === undefined) throw new Error('range outside a file');
          const offset = Number(record.offset);
          const length = record.kind === 'data' ? record.bytes.length : Number(record.length);
          if (file.hasBasis) expect(offset).to.be.at.least(file.at);
          else expect(offset).to.equal(file.at);
          expect(offset + length).to.be.at.most(file.bytes.length);
          file.at = offset + length;
          if (record.kind === 'data') {
            file.bytes.set(record.bytes, offset);
            this.dataBytes += length;
          } else file.bytes.fill(0, offset, offset + length);
          break;
        }
        case 'leaves':
          record.digests.forEach((digest, index) => {
            file?.leaves.set(record.first + index, digest);
          });
          break;
        case 'end':
          this.#finish(batch.lane);
          break;
        case 'failure':
          this.failures.set(Number(record.gfid), `${record.code}: ${record.message}`);
          this.#lanes.delete(batch.lane);
      }
    }
  }

  #finish(lane: number): void {
    const file = this.#lanes.get(lane);
    if (file === undefined) throw new Error('end outside a file');
    if (!file.hasBasis) expect(file.at).to.equal(file.bytes.length);
    for (const [number, digest] of file.leaves) {
      const leaf = file.bytes.subarray(number * LEAF_BYTES, (number + 1) * LEAF_BYTES);
      expect(leaf.length).to.be.above(0);
      if (digest === null) expect(leaf.every((byte) => byte === 0)).to.equal(true);
      else expect(hex(blake3(leaf))).to.equal(hex(digest));
    }
    const leaves = Math.ceil(file.bytes.length / LEAF_BYTES);
    if (!file.hasBasis) expect(file.leaves.size).to.equal(leaves);
    this.contents.set(file.key, file.bytes);
    this.finished.push(Number(file.key.split('.')[0]));
    this.#lanes.delete(lane);
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

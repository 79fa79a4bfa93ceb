import type { Ack, ChangeBatch } from '../../../src/endpoint/change-stream.js';
import type { DatasetReader } from '../../../src/endpoint/source.js';
import type { Offer, ReceiveSession } from '../../../src/endpoint/target.js';
import type { DatasetInfo } from '../../../src/model/dataset.js';
import { sampleDataset } from '../../support/datasets.js';
import { MemoryPlace } from '../../support/memory-endpoint.js';
import { MemoryReader } from '../../support/memory-reader.js';
import { memoryTree } from '../../support/memory-tree.js';

const MIB = 1_048_576;

/**
 * A place whose one dataset streams a number of batches of 1 MiB, and whose target takes anything.
 */
export class SyntheticPlace extends MemoryPlace {
  readonly info: DatasetInfo;
  readonly #count: number;
  /** Batches the source has handed out, over all streams. */
  produced = 0;
  /** Batches the target has taken. */
  taken = 0;
  /** Awaited before each batch is taken. */
  beforeTaking: () => Promise<void> = async () => undefined;

  constructor(count: number) {
    super();
    this.#count = count;
    this.info = this.add(memoryTree({ file: 'x' }, 1n));
  }

  override async open(): Promise<DatasetReader> {
    const [dataset] = this.datasets;
    if (dataset === undefined) throw new Error('no dataset');
    const reader = new MemoryReader(dataset, this);
    reader.changes = () => this.batches();
    return reader;
  }

  override async begin(_offer: Offer): Promise<ReceiveSession> {
    const place = this;
    return {
      resume: null,
      committed: false,
      async *write(batches, signal): AsyncGenerator<Ack> {
        for await (const batch of batches) {
          await place.beforeTaking();
          signal.throwIfAborted();
          place.taken++;
          yield { lane: batch.lane, applied: batch.token, needs: [], failures: [] };
        }
      },
      commit: () => Promise.reject(new Error('not here')),
      abort: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  async *batches(): AsyncGenerator<ChangeBatch> {
    for (let number = 1; number <= this.#count; number++) {
      this.produced++;
      const token = Buffer.from(String(number));
      yield {
        phase: 'content',
        lane: 0,
        token,
        // Its consumer's, who may free it.
        payload: Buffer.alloc(MIB, 0x5a),
        files: 1,
        bytes: MIB,
        changedBytes: 0,
        readBytes: 0,
      };
    }
  }
}

export function offerOf(dataset: DatasetInfo = sampleDataset(1), path = '/data/target'): Offer {
  return {
    dataset,
    base: null,
    subpaths: [],
    targetPath: Buffer.from(path),
    createDataset: true,
    retention: { periodSeconds: null, reserve: 0 },
    owner: 'spki:forged',
    adopt: false,
    reconnect: false,
    onDrift: 'repair',
    maxDelete: null,
    lanes: 1,
  };
}

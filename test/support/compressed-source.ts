import type { ChangeBatch } from '../../src/endpoint/change-stream.js';
import { CompressionSwitch } from '../../src/endpoint/compression/compression-switch.js';
import { rawPayload } from '../../src/endpoint/compression/raw-payload.js';
import type {
  ChangesRequest,
  DatasetFilter,
  DatasetReader,
  DatasetRef,
  Source,
} from '../../src/endpoint/source.js';

export interface CompressedCounts {
  /** Batches that came, and those of them that were compressed. */
  batches: number;
  compressed: number;
}

/** A source that has its change streams compressed, and undoes that. */
export class CompressedSource implements Source {
  readonly counts: CompressedCounts = { batches: 0, compressed: 0 };
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  listDatasets(filter: DatasetFilter, signal: AbortSignal) {
    return this.#source.listDatasets(filter, signal);
  }

  bookmark(...args: Parameters<Source['bookmark']>) {
    return this.#source.bookmark(...args);
  }

  async open(ref: DatasetRef, signal: AbortSignal): Promise<DatasetReader> {
    const reader = await this.#source.open(ref, signal);
    const { counts } = this;
    return {
      info: reader.info,
      changes: (request, stop) => uncompressed(reader, request, counts, stop),
      lookup: (...args) => reader.lookup(...args),
      list: (...args) => reader.list(...args),
      details: (...args) => reader.details(...args),
      read: (...args) => reader.read(...args),
      [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source[Symbol.asyncDispose]();
  }
}

async function* uncompressed(
  reader: DatasetReader,
  request: ChangesRequest,
  counts: CompressedCounts,
  signal: AbortSignal,
): AsyncGenerator<ChangeBatch> {
  const compression = new CompressionSwitch();
  compression.turn(true);
  for await (const batch of reader.changes({ ...request, compression }, signal)) {
    counts.batches += 1;
    const { rawBytes, ...plain } = batch;
    if (rawBytes !== undefined) counts.compressed += 1;
    yield { ...plain, payload: await rawPayload(batch) };
  }
}

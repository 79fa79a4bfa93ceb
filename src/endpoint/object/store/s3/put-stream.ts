import { DmError } from '../../../../model/error.js';
import type { PutOptions } from '../../../../repository/object-store.js';
import { onAbort } from '../../../../util/on-abort.js';
import type { Bucket } from './bucket.js';
import { contentMd5, headersOf, newMark, putObject, retryMarked } from './put-object.js';

const MIB = 1 << 20;
/** Parts grow, so that 10,000 of them hold a terabyte while most uploads need little memory. */
const PART_SIZES: readonly { readonly from: number; readonly bytes: number }[] = [
  { from: 0, bytes: 8 * MIB },
  { from: 1_000, bytes: 32 * MIB },
  { from: 4_000, bytes: 160 * MIB },
];
const MAX_PARTS = 10_000;
/** Bytes of parts that are on their way at once. */
const IN_FLIGHT_BYTES = 32 * MIB;
/** How long a failed upload may take to be taken back. */
const ABORT_MS = 30_000;

interface Part {
  readonly ETag: string | undefined;
  readonly PartNumber: number;
}

/** Puts a body of any length: in one request when it fits into a part, else part by part, several at once. */
export async function putStream(
  bucket: Bucket,
  key: string,
  body: AsyncIterable<Uint8Array>,
  options: PutOptions,
  signal: AbortSignal,
): Promise<void> {
  const parts = partsOf(body)[Symbol.asyncIterator]();
  let upload: Upload | null = null;
  try {
    const first = await parts.next();
    if (first.done === true || first.value.last) {
      await putObject(bucket, key, first.value?.bytes ?? Buffer.alloc(0), options, signal);
      return;
    }
    upload = await Upload.begin(bucket, key, options, signal);
    await upload.send(first.value.bytes);
    for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
      signal.throwIfAborted();
      await upload.send(next.value.bytes);
    }
    await upload.complete();
  } catch (error) {
    await upload?.takeBack();
    throw error;
  } finally {
    await parts.return?.(undefined);
  }
}

/** One upload of parts, as it goes on. */
class Upload {
  readonly #bucket: Bucket;
  readonly #key: string;
  readonly #id: string;
  readonly #mark: string;
  readonly #ifAbsent: boolean;
  readonly #stop = new AbortController();
  readonly #abort: Disposable;
  readonly #sending = new Map<Promise<void>, number>();
  readonly #parts: Part[] = [];
  #count = 0;
  #failure: unknown = null;

  private constructor(
    bucket: Bucket,
    about: { key: string; id: string; mark: string; ifAbsent: boolean },
    signal: AbortSignal,
  ) {
    this.#bucket = bucket;
    this.#key = about.key;
    this.#id = about.id;
    this.#mark = about.mark;
    this.#ifAbsent = about.ifAbsent;
    this.#abort = onAbort(signal, () => this.#stop.abort(signal.reason));
  }

  static async begin(
    bucket: Bucket,
    key: string,
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<Upload> {
    const mark = newMark(bucket);
    const input = headersOf(bucket, key, options, mark);
    const answer = await bucket.request(
      bucket.nameOf(key),
      (client, sending) => client.createMultipartUpload(input, sending),
      signal,
    );
    if (!answer.UploadId) {
      throw new DmError('store_refused', `${bucket.nameOf(key)}: the store names no upload`);
    }
    const ifAbsent = options.ifAbsent === true;
    return new Upload(bucket, { key, id: answer.UploadId, mark, ifAbsent }, signal);
  }

  /** Resolves as soon as there is room for a further part. */
  async send(bytes: Uint8Array): Promise<void> {
    const number = ++this.#count;
    if (number > MAX_PARTS) {
      throw new DmError(
        'not_supported',
        `object "${this.#key}" needs more than ${MAX_PARTS} parts; it is too large for one object`,
      );
    }
    while (this.#inFlight() > 0 && this.#inFlight() + bytes.length > IN_FLIGHT_BYTES) {
      await Promise.race(this.#sending.keys());
      this.#throwFailure();
    }
    const sending: Promise<void> = this.#sendPart(number, bytes).then(
      (part) => {
        this.#parts.push(part);
        this.#sending.delete(sending);
      },
      (error: unknown) => {
        this.#failure ??= error;
        this.#sending.delete(sending);
      },
    );
    this.#sending.set(sending, bytes.length);
  }

  async complete(): Promise<void> {
    await Promise.all(this.#sending.keys());
    this.#throwFailure();
    const { bucket } = this.#bucket.options;
    const parts = this.#parts.sort((a, b) => a.PartNumber - b.PartNumber);
    await retryMarked(
      this.#bucket,
      { key: this.#key, mark: this.#mark },
      () =>
        this.#bucket.once(
          this.#bucket.nameOf(this.#key),
          (client, sending) =>
            client.completeMultipartUpload(
              {
                Bucket: bucket,
                Key: this.#bucket.fullKey(this.#key),
                UploadId: this.#id,
                MultipartUpload: { Parts: parts },
                ...(this.#ifAbsent ? { IfNoneMatch: '*' } : {}),
              },
              sending,
            ),
          this.#stop.signal,
        ),
      this.#stop.signal,
    );
    this.#abort[Symbol.dispose]();
  }

  /** Removes what was sent. That it may fail changes nothing: leftovers are found by `listUnfinished`. */
  async takeBack(): Promise<void> {
    this.#abort[Symbol.dispose]();
    this.#stop.abort(new DmError('cancelled', 'the upload failed'));
    await Promise.all(this.#sending.keys());
    await this.#bucket
      .request(
        this.#bucket.nameOf(this.#key),
        (client, sending) =>
          client.abortMultipartUpload(
            {
              Bucket: this.#bucket.options.bucket,
              Key: this.#bucket.fullKey(this.#key),
              UploadId: this.#id,
            },
            sending,
          ),
        AbortSignal.timeout(ABORT_MS),
      )
      .catch(() => undefined);
  }

  async #sendPart(number: number, bytes: Uint8Array): Promise<Part> {
    const answer = await this.#bucket.request(
      this.#bucket.nameOf(this.#key),
      (client, sending) =>
        client.uploadPart(
          {
            Bucket: this.#bucket.options.bucket,
            Key: this.#bucket.fullKey(this.#key),
            UploadId: this.#id,
            PartNumber: number,
            Body: bytes,
            ContentLength: bytes.length,
            ...contentMd5(this.#bucket, bytes),
          },
          sending,
        ),
      this.#stop.signal,
      bytes.length,
    );
    return { ETag: answer.ETag, PartNumber: number };
  }

  #inFlight(): number {
    return [...this.#sending.values()].reduce((sum, size) => sum + size, 0);
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}

/** The body cut into parts; `last` is certain only where nothing follows. */
async function* partsOf(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly bytes: Buffer; readonly last: boolean }, undefined> {
  let number = 0;
  let part = Buffer.allocUnsafeSlow(partSize(0));
  let filled = 0;
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; ) {
      if (filled === part.length) {
        yield { bytes: part, last: false };
        number++;
        part = Buffer.allocUnsafeSlow(partSize(number));
        filled = 0;
      }
      const length = Math.min(chunk.length - at, part.length - filled);
      part.set(chunk.subarray(at, at + length), filled);
      filled += length;
      at += length;
    }
  }
  yield { bytes: part.subarray(0, filled), last: true };
  return undefined;
}

function partSize(number: number): number {
  return PART_SIZES.findLast(({ from }) => from <= number)?.bytes ?? 8 * MIB;
}

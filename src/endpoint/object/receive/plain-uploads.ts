import { DmError } from '../../../model/error.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import type { PackSet } from '../../../repository/pack-set.js';
import { MessageQueue } from '../../../worker/message-queue.js';
import { lockOfNew } from '../lock/lock-period.js';
import { type PlainDone, plainId } from './plain-done.js';
import type { PlainMessage, PlainObject } from './plain-sender.js';
import type { UploadQueue } from './upload-queue.js';

const ZEROS = Buffer.alloc(1024 * 1024);

/** The body of an object that is being uploaded, as its parts come. */
class Body {
  dropped = false;
  bytes = 0;
  /** Resolves when the store takes no more of it. */
  over: Promise<void> = Promise.resolve();
  #taken: (() => void) | null = null;
  readonly parts = new MessageQueue<Uint8Array>(() => this.#taken?.());

  /** Resolves when the part has been taken, or none will be any more. */
  async push(bytes: Uint8Array): Promise<void> {
    const taken = new Promise<void>((resolve) => {
      this.#taken = resolve;
    });
    this.bytes += bytes.length;
    this.parts.push(bytes);
    await Promise.race([taken, this.over]);
  }

  end(): void {
    this.parts.close();
  }

  drop(): void {
    this.dropped = true;
    this.parts.fail(new DmError('cancelled', 'the file was given up'));
  }
}

/** Uploads the plain objects of one lane. */
export class PlainUploads {
  readonly #store: ObjectStore;
  readonly #uploads: UploadQueue;
  readonly #keepMs: number | null;
  readonly #count: (bytes: number) => void;
  readonly #there: PackSet;
  readonly #done: PlainDone;
  /** Of the object whose parts come. */
  #body: Body | null = null;
  /** Its parts come, and it is there. */
  #passesOver = false;

  /** `keepMs`: how long the dataset is to stay, null for an unknown time. `there`: objects that an interrupted attempt has put; they are passed over. `done` is told of
   * each that is in the store. `count` is told the bytes that are sent. */
  constructor(modules: {
    store: ObjectStore;
    uploads: UploadQueue;
    keepMs: number | null;
    there: PackSet;
    done: PlainDone;
    count: (bytes: number) => void;
  }) {
    this.#store = modules.store;
    this.#uploads = modules.uploads;
    this.#keepMs = modules.keepMs;
    this.#count = modules.count;
    this.#there = modules.there;
    this.#done = modules.done;
  }

  /** Resolves when the next message may come. Errors: what an earlier upload failed with. */
  async take(message: PlainMessage, signal: AbortSignal): Promise<void> {
    if (message.kind === 'plain-dropped') {
      this.drop();
      return;
    }
    const { object, zeros, last } = message;
    if (object !== null) this.#passesOver = this.#there.has(plainId(object.gfid));
    if (this.#passesOver) return;
    const bytes = message.bytes ?? new Uint8Array(0);
    this.#count(Number(zeros) + bytes.length);
    if (object !== null && last && zeros === 0n) {
      const { gfid, key, metadata } = object;
      await this.#uploads.add(async () => {
        const fromMs = await this.#store.now(signal);
        const lockedUntilMs = await lockOfNew(this.#store, this.#keepMs, signal);
        const options = { metadata, retainUntilMs: lockedUntilMs };
        await this.#store.put(key, bytes, options, signal);
        const toMs = await this.#store.now(signal);
        this.#done.add({ gfid, key, size: bytes.length, fromMs, toMs, lockedUntilMs });
      });
      return;
    }
    if (object !== null) await this.#begin(object, signal);
    const body = this.#body;
    if (body === null) throw new DmError('internal', 'part of a plain object that never began');
    for (let left = zeros; left > 0n; left -= BigInt(ZEROS.length)) {
      signal.throwIfAborted();
      await body.push(left < BigInt(ZEROS.length) ? ZEROS.subarray(0, Number(left)) : ZEROS);
    }
    if (bytes.length > 0) await body.push(bytes);
    if (!last) return;
    body.end();
    this.#body = null;
  }

  /** Takes back the object whose parts have not all come. */
  drop(): void {
    this.#body?.drop();
    this.#body = null;
  }

  async #begin({ gfid, key, metadata }: PlainObject, signal: AbortSignal): Promise<void> {
    const body = new Body();
    // From here on it can be dropped, also while it waits for its turn.
    this.#body = body;
    const fromMs = await this.#store.now(signal);
    const lockedUntilMs = await lockOfNew(this.#store, this.#keepMs, signal);
    await this.#uploads.add(async () => {
      if (body.dropped) return;
      const options = { metadata, retainUntilMs: lockedUntilMs };
      const upload = this.#store.putStream(key, body.parts, options, signal);
      body.over = upload.catch(() => undefined);
      try {
        await upload;
        const toMs = await this.#store.now(signal);
        this.#done.add({ gfid, key, size: body.bytes, fromMs, toMs, lockedUntilMs });
      } catch (error) {
        if (!body.dropped) throw error;
      }
    });
  }
}

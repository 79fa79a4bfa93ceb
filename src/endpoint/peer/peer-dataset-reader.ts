import type { DatasetInfo } from '../../model/dataset.js';
import type { Gfid } from '../../model/ids.js';
import { detailsFromWire, entryFromWire } from '../../rpc/codec/browse-codec.js';
import { changesToWire, refToWire } from '../../rpc/codec/source-codec.js';
import { batchFromWire } from '../../rpc/codec/stream-codec.js';
import { ReceiveWait } from '../../rpc/link/receive-wait.js';
import type { CallAbout, PeerChannel } from '../../rpc/peer-channel.js';
import { peerDefinition } from '../../rpc/proto.js';
import type { ChangeBatch } from '../change-stream.js';
import type {
  ChangesRequest,
  DatasetReader,
  DatasetRef,
  DirectoryEntry,
  EntryDetails,
} from '../source.js';

/** How often the peer is told how long we wait. */
const FEEDBACK_MS = 500;
/** Nothing is lost with feedback that comes later than this. */
const UNTIMELY_MS = 10_000;

/** One dataset of a peer. */
export class PeerDatasetReader implements DatasetReader {
  readonly info: DatasetInfo;
  readonly #channel: PeerChannel;
  readonly #ref: DatasetRef;
  readonly #about: CallAbout;

  constructor(info: DatasetInfo, channel: PeerChannel) {
    this.info = info;
    this.#channel = channel;
    this.#ref = { id: info.id, basePath: info.basePath };
    this.#about = { path: info.basePath };
  }

  async *changes(request: ChangesRequest, signal: AbortSignal): AsyncGenerator<ChangeBatch> {
    const { Changes } = peerDefinition();
    const { compression } = request;
    const mode = compression === undefined ? null : await this.#channel.compression(signal);
    const compressed = mode === null ? null : { mode, stream: this.#channel.nextStream() };
    const message = changesToWire(this.#ref, request, compressed);
    const wait = new ReceiveWait();
    for await (const batch of wait.timed(
      this.#channel.stream(Changes, message, signal, this.#about),
    )) {
      if (compressed !== null && wait.unreadMs >= FEEDBACK_MS) {
        this.#tell(compressed.stream, wait.read(), compression?.isOn === true);
      }
      yield batchFromWire(batch, compressed !== null);
    }
  }

  /**
   * Not waited for: the stream goes on without it, and tells itself
   * what is wrong with the connection.
   */
  #tell(stream: number, waitedMs: number, compress: boolean): void {
    const { Feedback } = peerDefinition();
    const message = { stream, waited_ms: waitedMs, compress };
    const told = this.#channel.unary(Feedback, message, new AbortController().signal, {
      timeoutMs: UNTIMELY_MS,
    });
    told.catch(() => undefined);
  }

  async lookup(path: readonly Uint8Array[], signal: AbortSignal): Promise<DirectoryEntry | null> {
    const { Lookup } = peerDefinition();
    const request = { dataset: refToWire(this.#ref), path: [...path] };
    const { entry } = await this.#channel.unary(Lookup, request, signal, this.#about);
    return entry && entryFromWire(entry);
  }

  async *list(
    dir: Gfid,
    after: Uint8Array | null,
    signal: AbortSignal,
  ): AsyncGenerator<DirectoryEntry[]> {
    const { ListDirectory } = peerDefinition();
    const request = {
      dataset: refToWire(this.#ref),
      gfid: dir.toString(),
      ...(after !== null && { after }),
    };
    for await (const page of this.#channel.stream(ListDirectory, request, signal, this.#about)) {
      yield page.entries.map(entryFromWire);
    }
  }

  async details(gfid: Gfid, signal: AbortSignal): Promise<EntryDetails> {
    const { Details } = peerDefinition();
    const request = { dataset: refToWire(this.#ref), gfid: gfid.toString() };
    return detailsFromWire(await this.#channel.unary(Details, request, signal, this.#about));
  }

  async *read(
    file: Gfid,
    offset: bigint,
    length: bigint,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const { Read } = peerDefinition();
    const request = {
      dataset: refToWire(this.#ref),
      gfid: file.toString(),
      offset: offset.toString(),
      length: length.toString(),
    };
    for await (const { data } of this.#channel.stream(Read, request, signal, this.#about))
      yield data;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

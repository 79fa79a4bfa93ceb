import type { CopyObserver, RemotePlace, TicketUse } from '../endpoint/copy-task.js';
import type { CommitResult } from '../endpoint/target.js';
import { type CopyRequest, copyDataset } from '../engine/copy.js';
import type { OpenPlace, Places, Worker } from '../engine/places.js';
import type { DatasetIdentity, DatasetInfo } from '../model/dataset.js';
import { DmError } from '../model/error.js';
import { namedError } from '../model/named-error.js';
import type { CpuGovernor } from './cpu-governor.js';

/** Carries out one copy, wherever its policy wants that done. */
export interface CopyMover extends AsyncDisposable {
  /** Moved over the wire since it was opened, framing and re-sends included. */
  wireBytes(): number;
  move(request: CopyRequest, observer: CopyObserver, signal: AbortSignal): Promise<CommitResult>;
}

export interface CopyMoverModules {
  readonly places: Pick<Places, 'openWorker'>;
  readonly governor: Pick<CpuGovernor, 'breather'>;
}

interface CopyEnds {
  readonly source: OpenPlace;
  readonly target: OpenPlace;
}

/** `accountId`: the agent that does the work; null, and the agent's own accounts, for this one. */
export async function openMover(
  accountId: string | null,
  ends: CopyEnds,
  { places, governor }: CopyMoverModules,
  signal: AbortSignal,
): Promise<CopyMover> {
  const worker = accountId === null ? null : await places.openWorker(accountId, signal);
  return worker === null ? new OwnMover(ends, governor) : new WorkerMover(ends, worker);
}

class OwnMover implements CopyMover {
  readonly #ends: CopyEnds;
  readonly #governor: CopyMoverModules['governor'];

  constructor(ends: CopyEnds, governor: CopyMoverModules['governor']) {
    this.#ends = ends;
    this.#governor = governor;
  }

  wireBytes(): number {
    return this.#ends.source.bytesReceived() + this.#ends.target.bytesSent();
  }

  move(request: CopyRequest, observer: CopyObserver, signal: AbortSignal): Promise<CommitResult> {
    const { source, target } = this.#ends;
    const breathe = this.#governor.breather();
    const modules = { source: source.source, target: target.target, observer, breathe };
    return copyDataset(request, modules, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Has another agent copy, with a ticket of each place that is not that agent itself. */
class WorkerMover implements CopyMover {
  readonly #ends: CopyEnds;
  readonly #worker: Worker;
  #wireBytes = 0;

  constructor(ends: CopyEnds, worker: Worker) {
    this.#ends = ends;
    this.#worker = worker;
  }

  wireBytes(): number {
    return this.#wireBytes;
  }

  async move(
    { dataset, base, offer: rest, partial }: CopyRequest,
    observer: CopyObserver,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    const { source, target } = this.#ends;
    const { id, basePath } = dataset;
    const offer = { ...rest, dataset, base };
    const read: TicketUse = {
      direction: 'read',
      dataset: { id, basePath },
      subpaths: offer.subpaths,
    };
    const task = {
      source: await this.#lent(source, read, signal),
      target: await this.#lent(target, { direction: 'write', offer }, signal),
      sourceBasePath: basePath,
      offer,
      partial,
    };
    const onWire = (bytes: number) => {
      this.#wireBytes = bytes;
    };
    let result: CommitResult;
    try {
      result = await this.#worker.tasks.run(task, observer, onWire, signal);
    } catch (error) {
      throw this.#named(error);
    }
    return offer.createDataset
      ? await this.#checked(result, dataset, offer.targetPath, signal)
      : result;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#worker[Symbol.asyncDispose]());
  }

  /** Null where the worker is the place itself: there it has the rights that we have with it. */
  async #lent(place: OpenPlace, use: TicketUse, signal: AbortSignal): Promise<RemotePlace | null> {
    const { key } = this.#worker;
    return place.peer === key ? null : await place.lend(use, key, signal);
  }

  /** The worker is not the one to say what the target has. */
  async #checked(
    result: CommitResult,
    offered: DatasetIdentity,
    basePath: Uint8Array,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    const { id, tree, rootDigest } = offered;
    const found = await this.#atTarget({ tree, basePath }, id, signal);
    if (found?.rootDigest === rootDigest) return { ...result, dataset: found };
    throw new DmError(
      'protocol_error',
      `worker "${this.#worker.name}" says that dataset ${id} has been copied, and the target does not have it; look at both agents' logs`,
    );
  }

  async #atTarget(
    filter: Pick<DatasetInfo, 'tree' | 'basePath'>,
    id: string,
    signal: AbortSignal,
  ): Promise<DatasetInfo | null> {
    for await (const held of this.#ends.target.target.listDatasets(filter, signal)) {
      if (held.id === id) return held;
    }
    return null;
  }

  #named(error: unknown): unknown {
    return error instanceof DmError ? namedError(error, `worker "${this.#worker.name}"`) : error;
  }
}

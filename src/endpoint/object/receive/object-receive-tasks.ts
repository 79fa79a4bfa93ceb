import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Catalog } from '../../../catalog/catalog.js';
import { decodeException } from '../../../catalog/maps/exceptions.js';
import { decodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { inodeSize, inodeType, inodeVersion } from '../../../catalog/maps/inodes.js';
import { rootDigest } from '../../../catalog/root-digest.js';
import type { DatasetIdentity } from '../../../model/dataset.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import { IndexRunReader } from '../../../repository/index-run-reader.js';
import { IndexRunWriter } from '../../../repository/index-run-writer.js';
import { RepositoryLayout } from '../../../repository/object-layout.js';
import { newObjectPackId } from '../../../repository/object-pack-format.js';
import type { PackSet } from '../../../repository/pack-set.js';
import { SegmentTable } from '../../../repository/segment-table.js';
import { freeMemory } from '../../../worker/free-memory.js';
import type { Task, TaskIo } from '../../../worker/task.js';
import { rawPayload, rawPayloads, type StreamPayload } from '../../compression/raw-payload.js';
import { CatalogCheck } from '../../receive/catalog-check.js';
import { withPaths } from '../../receive/failure-paths.js';
import { isContentFailure } from '../../receive/file-failure.js';
import { LaneLog } from '../../receive/lane-log.js';
import type { LaneBatch } from '../../receive/lane-messages.js';
import { ReceiveOutcome } from '../../receive/receive-outcome.js';
import { receiveStructure } from '../../receive/structure-receiver.js';
import { commitObjectSession } from './commit-object-session.js';
import { DataPack } from './data-pack.js';
import { FileSegments } from './file-segments.js';
import type { ContentWriter } from './file-sink.js';
import { isWholeInBase, lostFiles } from './lost-files.js';
import { type AppliedPayload, ObjectLaneReceiver } from './object-lane-receiver.js';
import { ObjectWorkspace } from './object-workspace.js';
import { PackSlots } from './pack-slots.js';
import { PlainSender } from './plain-sender.js';
import { lastPosition, resumeLanes } from './resume-lanes.js';
import { SegmentWriter } from './segment-writer.js';
import type {
  ObjectCommitInput,
  ObjectCommitResult,
  ObjectLaneInput,
  ObjectLaneMessage,
  ObjectLaneResult,
  ObjectResumeResult,
  ObjectStructureResult,
  ObjectTaskInput,
} from './task-input.js';
import { idsIn } from './work-directory.js';

/** Batches that may wait for their segments to be stored. */
const BATCHES_IN_FLIGHT = 3;

/** Reads what an interrupted session left, and forgets what did not reach the store. */
export const objectResumeTask: Task<ObjectTaskInput, ObjectResumeResult> = async (input) => {
  using workspace = new ObjectWorkspace(input);
  const { session, work } = workspace;
  if (session.phase === 'structure') {
    return { point: null, logs: Array(session.lanes).fill(0), needs: [] };
  }
  const { usable } = workspace;
  keepUsable(workspace, usable);
  const logPaths = work.laneLogs(session.lanes);
  const isPlain = new RepositoryLayout(session.basePath).plainTree !== null;
  const positions = resumeLanes(logPaths, usable, new SegmentTable(input.table), isPlain);
  for (const [lane, { log }] of positions.entries()) {
    using kept = new LaneLog(work.laneLog(lane), log);
    kept.flush();
  }
  const tokens = positions.map(({ token }) => token);
  const needs = [...ReceiveOutcome.read([work.placeLog, ...logPaths]).needs];
  return {
    point: { lanes: session.lanes, structureDone: true, tokens },
    logs: positions.map(({ log }) => log),
    needs,
  };
};

/** Writes the session's own index runs anew without what lies in packs that did not reach the store, or are gone. */
function keepUsable({ work, keys }: ObjectWorkspace, usable: PackSet): void {
  for (const former of idsIn(work.sessionRuns)) {
    using run = IndexRunReader.open(join(work.sessionRuns, former), former);
    const id = newObjectPackId();
    using writer = new IndexRunWriter({ path: join(work.sessionRuns, id), id }, { keys });
    for (const { digest, location } of run.entries()) {
      if (usable.has(location.pack)) writer.add(digest, location);
    }
    if (writer.count > 0) writer.finish();
    rmSync(join(work.sessionRuns, former));
  }
}

/** Takes the payloads of the structure phase: the new catalog, its pages in page packs of their own. */
export const objectStructureTask: Task<
  ObjectTaskInput,
  ObjectStructureResult,
  never,
  StreamPayload
> = async (input, { incoming, signal }) => {
  using workspace = new ObjectWorkspace(input);
  const { session, pages, packs, base } = workspace;
  const modules = { pages, sink: packs };
  const made = await receiveStructure(rawPayloads(incoming), base.roots, modules, signal);
  const maps = { ...made, content: null, exceptions: null };
  const digest = rootDigest(made);
  const isPart = session.subpaths.length > 0;
  if (!isPart && digest !== session.dataset.rootDigest) {
    throw new DmError(
      'corrupt',
      `the structure that came for dataset ${session.dataset.id} has root digest ${digest}, not ${session.dataset.rootDigest}; verify the dataset at the source`,
    );
  }
  const next = new Catalog(maps, workspace);
  await new CatalogCheck(base, next, pages, signal).run();
  await packs.sync();
  const lacking = await lackingFiles(base, next);
  const { baseSegments, usable } = workspace;
  const trees = { base, baseSegments, next, usable };
  const lost = input.isBaseLacking ? await lostFiles(trees, signal) : [];
  const needs = [...new Set([...lacking, ...lost])];
  using log = new LaneLog(workspace.work.placeLog, 0);
  for (const gfid of needs) log.add({ kind: 'need', gfid });
  log.flush();
  const dataset = isPart
    ? { ...session.dataset, rootDigest: digest, ...(await measure(next, signal)) }
    : session.dataset;
  return { needs, dataset, maps, pagePacks: packs.made };
};

/** Files whose content the base lacks here: the source may think otherwise. */
async function lackingFiles(base: Catalog, next: Catalog): Promise<Gfid[]> {
  const lacking: Gfid[] = [];
  for await (const batch of base.exceptions.range()) {
    for (const { key, value } of batch) {
      if (!isContentFailure(decodeException(value).code)) continue;
      const before = await base.inodes.get(key);
      const after = await next.inodes.get(key);
      if (before === null || after === null || inodeType(after) !== 'file') continue;
      if (inodeVersion(before) === inodeVersion(after)) lacking.push(decodeGfidKey(key));
    }
  }
  return lacking;
}

/** Entries and bytes of a part of a dataset. */
async function measure(
  catalog: Catalog,
  signal: AbortSignal,
): Promise<Pick<DatasetIdentity, 'entries' | 'bytes'>> {
  let bytes = 0n;
  for await (const batch of catalog.inodes.range({}, signal)) {
    for (const { value } of batch) if (inodeType(value) === 'file') bytes += inodeSize(value);
  }
  return { entries: catalog.entries.count, bytes };
}

/** Stores the files of one lane. */
export const objectLaneTask: Task<
  ObjectLaneInput,
  ObjectLaneResult,
  ObjectLaneMessage,
  LaneBatch
> = async (input, io) => {
  using workspace = new ObjectWorkspace(input);
  using log = new LaneLog(workspace.work.laneLog(input.lane), input.log);
  const layout = new RepositoryLayout(workspace.session.basePath);
  if (layout.plainTree !== null) {
    const { next } = workspace;
    const emit: TaskIo<ObjectLaneMessage, LaneBatch>['emit'] = io.emit;
    const sender = new PlainSender({ layout, next, emit });
    await new LaneRun(input, { workspace, log, writer: sender, io }).run();
    await sender.room();
    return { log: log.length };
  }
  using index = workspace.openIndex();
  const slots = new PackSlots(input.slots);
  const writer = new SegmentWriter({
    keys: workspace.keys,
    index,
    begin: async () => {
      const slot = await slots.take(io.signal);
      const id = newObjectPackId();
      log.add({ kind: 'pack', pack: id });
      log.flush();
      return new DataPack({ id, slot, bytes: slots.bytes(slot) }, workspace);
    },
    send: ({ id, slot, length }) => io.emit({ kind: 'pack', pack: id, slot, length }),
  });
  const contents: ContentWriter = {
    open: (file) => new FileSegments(file, { writer }),
    get isCrowded() {
      return writer.isCrowded;
    },
    room: () => writer.room(),
    endFrame: () => writer.endFrame(),
    settled: () => writer.settled(),
  };
  await new LaneRun(input, { workspace, log, writer: contents, io }).run();
  await writer.finish();
  return { log: log.length };
};

interface LaneRunModules {
  readonly workspace: ObjectWorkspace;
  readonly log: LaneLog;
  readonly writer: ContentWriter;
  readonly io: TaskIo<ObjectLaneMessage, LaneBatch>;
}

/** One lane of a stream: applies batches ahead of those whose segments are still being stored. */
class LaneRun {
  readonly #input: ObjectLaneInput;
  readonly #modules: LaneRunModules;
  /** Where the lane itself stood before files came on request. */
  readonly #former: Uint8Array | null;
  readonly #receiver: ObjectLaneReceiver;

  constructor(input: ObjectLaneInput, modules: LaneRunModules) {
    const { workspace, writer } = modules;
    const { base, next, session, work } = workspace;
    const { lane, log, onRequest } = input;
    const { token, open } = lastPosition(work.laneLog(lane), log);
    this.#input = input;
    this.#modules = modules;
    this.#former = token;
    const options = { lane, lanes: session.lanes, open: onRequest ? null : open };
    const hasContent = (gfid: Gfid) => !input.isBaseLacking || isWholeInBase(gfid, workspace);
    this.#receiver = new ObjectLaneReceiver(options, { base, next, writer, hasContent });
  }

  /** When it ends, also when it fails, nothing of it is on its way any more. */
  async run(): Promise<void> {
    const { io, writer } = this.#modules;
    const inFlight: Promise<void>[] = [];
    let last = Promise.resolve();
    try {
      for await (const batch of io.incoming) {
        io.signal.throwIfAborted();
        const { token } = batch;
        const payload = await rawPayload(batch);
        const applied = await this.#receiver.apply(payload);
        const before = last;
        last = this.#end(before, token, applied).then(() => freeMemory(payload));
        // It may fail before anybody waits for it.
        last.catch(() => undefined);
        inFlight.push(last);
        if (inFlight.length > BATCHES_IN_FLIGHT) await inFlight.shift();
      }
      await last;
    } finally {
      // However it ends: what is on its way writes to the log, and that is closed next.
      await Promise.allSettled(inFlight);
      await writer.settled();
    }
  }

  /** Logs and tells a batch when those before it are, and its segments are stored. */
  async #end(before: Promise<void>, token: Uint8Array, applied: AppliedPayload): Promise<void> {
    const events = await Promise.all(applied.events);
    await before;
    const { log, io, workspace } = this.#modules;
    for (const event of events) log.add(event);
    if (applied.isResumable) {
      if (!this.#input.onRequest) log.add({ kind: 'token', token, open: applied.open });
      else if (this.#former !== null) log.add({ kind: 'token', token: this.#former, open: null });
    }
    log.flush();
    const failures = await withPaths(applied.failures, workspace.next);
    await io.emit({ kind: 'ack', token, needs: applied.needs, failures });
  }
}

/** See commitObjectSession. */
export const objectCommitTask: Task<ObjectCommitInput, ObjectCommitResult> = async (
  input,
  { signal },
) => {
  using workspace = new ObjectWorkspace(input);
  return await commitObjectSession(input, workspace, signal);
};

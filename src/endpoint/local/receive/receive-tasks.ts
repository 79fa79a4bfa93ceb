import { Catalog } from '../../../catalog/catalog.js';
import { EMPTY_ROOTS } from '../../../catalog/catalog-roots.js';
import { inodeSize, inodeType } from '../../../catalog/maps/inodes.js';
import { rootDigest } from '../../../catalog/root-digest.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import { freeMemory } from '../../../worker/free-memory.js';
import type { Task, TaskIo } from '../../../worker/task.js';
import { rawPayload, rawPayloads, type StreamPayload } from '../../compression/raw-payload.js';
import { CatalogCheck } from '../../receive/catalog-check.js';
import { withPaths } from '../../receive/failure-paths.js';
import { LaneLog, type OpenFile, readLaneLog } from '../../receive/lane-log.js';
import type { LaneBatch } from '../../receive/lane-messages.js';
import { ReceiveOutcome } from '../../receive/receive-outcome.js';
import { receiveStructure } from '../../receive/structure-receiver.js';
import type { TargetProgress } from '../../target.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import { DirectoryFinder } from '../layout/directory-finder.js';
import { readBootId } from '../sys/boot-id.js';
import { syncfs } from '../sys/data.js';
import { adoptTree } from './adopt-tree.js';
import { isAdoption } from './adoption.js';
import { BasisContent } from './basis-content.js';
import { type CommitInput, type CommitOutcome, commitSession } from './commit-session.js';
import { keepVersions } from './keep-versions.js';
import { LaneReceiver } from './lane-receiver.js';
import { stageLocalContents } from './local-contents.js';
import { sessionError } from './receive-failure.js';
import type { LaneAck, LaneInput, LaneResult, ResumeResult } from './receive-input.js';
import { stagePlaces } from './receive-places.js';
import { FilePlacer } from './staged-name.js';
import { type ReceiveInput, Workspace } from './workspace.js';

const CACHE_BYTES = 8 * 1024 * 1024;
/** Reads what an interrupted session left, and forgets what may not have survived a power loss. */
export const resumeTask: Task<ReceiveInput, ResumeResult> = async (input) => {
  const workspace = await Workspace.open(input, CACHE_BYTES);
  try {
    const { record, staging } = workspace;
    if (record.phase === 'structure') {
      return { point: null, logs: Array(record.lanes + 1).fill(0), needs: [] };
    }
    const sameBoot = record.bootId === readBootId();
    const logs: number[] = [];
    const tokens: (Uint8Array | null)[] = [];
    for (let lane = 0; lane <= record.lanes; lane++) {
      const limit = sameBoot ? undefined : (record.durable[lane] ?? 0);
      const last = lastToken(staging.logPath(lane), limit);
      // The place itself has no tokens: its log was whole before the structure counted as received.
      logs.push(lane < record.lanes ? last.end : last.length);
      if (lane < record.lanes) tokens.push(last.token);
    }
    const point = { lanes: record.lanes, structureDone: true, tokens };
    const needs = [...ReceiveOutcome.read(staging.logs(record.lanes)).needs];
    return { point, logs, needs };
  } finally {
    await workspace[Symbol.asyncDispose]();
  }
};

interface LastToken {
  readonly token: Uint8Array | null;
  readonly open: OpenFile | null;
  readonly end: number;
  readonly length: number;
}

function lastToken(path: string, limit?: number): LastToken {
  let last: LastToken = { token: null, open: null, end: 0, length: 0 };
  for (const { event, end } of readLaneLog(path, limit)) {
    last =
      event.kind === 'token'
        ? { token: Buffer.from(event.token), open: event.open, end, length: end }
        : { ...last, length: end };
  }
  return last;
}

/** Takes the payloads of the structure phase; afterwards the session knows the whole new catalog. */
export const structureTask: Task<ReceiveInput, readonly Gfid[], never, StreamPayload> = async (
  input,
  io,
) => {
  try {
    await within(input, (workspace) => takeStructure(workspace, io));
    return await within(input, (workspace) => stageStructure(workspace, io.signal));
  } catch (error) {
    throw sessionError(error, 'receive the structure for', input.place.tree.basePath);
  }
};

async function within<T>(
  input: ReceiveInput,
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const workspace = await Workspace.open(input, CACHE_BYTES);
  try {
    return await work(workspace);
  } finally {
    await workspace[Symbol.asyncDispose]();
  }
}

async function takeStructure(
  workspace: Workspace,
  io: TaskIo<never, StreamPayload>,
): Promise<void> {
  const { pages, datasets, record } = workspace;
  const { signal } = io;
  const modules = { pages, sink: datasets.packs };
  const roots = workspace.base?.maps ?? EMPTY_ROOTS;
  const made = await receiveStructure(rawPayloads(io.incoming), roots, modules, signal);
  const maps = { ...made, content: null, exceptions: null };
  const digest = rootDigest(made);
  const whole = record.draft.subpaths.length === 0;
  if (whole && digest !== record.draft.rootDigest) {
    throw new DmError(
      'corrupt',
      `the structure that came for dataset ${record.draft.id} has root digest ${digest}, not ${record.draft.rootDigest}; verify the dataset at the source`,
    );
  }
  const base = new Catalog(roots, workspace);
  const next = new Catalog(maps, workspace);
  const { bytesDelta } = await new CatalogCheck(base, next, pages, signal).run();
  await datasets.packs.sync();
  // As counted here, whatever the source has said: limits of peers go by it.
  const bytes = (workspace.base?.bytes ?? 0n) + bytesDelta;
  let draft: DatasetRecord = { ...record.draft, maps, rootDigest: digest, bytes };
  if (!whole) draft = { ...draft, ...(await measure(next, signal)) };
  workspace.save({ draft });
  if (isAdoption(workspace.directory, record.session)) await adoptTree(workspace, signal);
}

/** Stages what is here already, and notes what the stream will not bring. */
async function stageStructure(workspace: Workspace, signal: AbortSignal): Promise<readonly Gfid[]> {
  const { record } = workspace;
  const log = new LaneLog(workspace.staging.logPath(record.lanes), 0);
  try {
    await stageFromHere(workspace, log, signal);
  } finally {
    log[Symbol.dispose]();
  }
  const durable = record.durable.map((length, lane) => (lane < record.lanes ? length : log.length));
  workspace.save({ phase: 'content', durable });
  return [...ReceiveOutcome.read(workspace.staging.logs(record.lanes)).needs];
}

async function stageFromHere(
  workspace: Workspace,
  log: LaneLog,
  signal: AbortSignal,
): Promise<void> {
  const { trees, pages, record, directory, baseVersions } = workspace;
  if (workspace.base === null) return;
  const base = new Catalog(workspace.base.maps, workspace);
  using directories = new DirectoryFinder(stagePlaces(trees));
  const placer = new FilePlacer(trees, directories);
  const basis = new BasisContent({ base: baseVersions, versions: directory.versions }, signal);
  const { privileged } = record;
  await stageLocalContents({ privileged }, { trees, base, pages, placer, basis, log }, signal);
  log.flush();
  syncfs(workspace.staging.fd);
}

/** Entries and bytes of a part of a dataset. */
async function measure(
  catalog: Catalog,
  signal: AbortSignal,
): Promise<Pick<DatasetRecord, 'entries' | 'bytes'>> {
  let bytes = 0n;
  for await (const batch of catalog.inodes.range({}, signal)) {
    for (const { value } of batch) if (inodeType(value) === 'file') bytes += inodeSize(value);
  }
  return { entries: catalog.entries.count, bytes };
}

/** Stages the files of one lane. */
export const laneTask: Task<LaneInput, LaneResult, LaneAck, LaneBatch> = async (input, io) => {
  const workspace = await Workspace.open(input, CACHE_BYTES);
  try {
    return await takeLane(workspace, input, io);
  } catch (error) {
    throw sessionError(error, 'receive into', input.place.tree.basePath);
  } finally {
    await workspace[Symbol.asyncDispose]();
  }
};

async function takeLane(
  workspace: Workspace,
  { lane, log: length, onRequest }: LaneInput,
  io: TaskIo<LaneAck, LaneBatch>,
): Promise<LaneResult> {
  const { trees, record, staging, directory, baseVersions } = workspace;
  const { lanes, privileged, metadata } = record;
  const { token: former, open } = lastToken(staging.logPath(lane), length);
  using log = new LaneLog(staging.logPath(lane), length);
  using directories = new DirectoryFinder(stagePlaces(trees));
  const placer = new FilePlacer(trees, directories);
  using receiver = new LaneReceiver(
    { lane, lanes, privileged, metadata, open: onRequest ? null : open },
    {
      next: trees.next,
      placer,
      basis: new BasisContent({ base: baseVersions, versions: directory.versions }, io.signal),
      log,
    },
  );
  for await (const batch of io.incoming) {
    io.signal.throwIfAborted();
    const { token } = batch;
    const payload = await rawPayload(batch);
    const bytes = payload.length;
    await receiver.apply(payload);
    freeMemory(payload);
    if (!onRequest) log.add({ kind: 'token', token, open: receiver.open });
    else if (former !== null) log.add({ kind: 'token', token: former, open: null });
    log.flush();
    const { needs, failures } = receiver.takeOutcome();
    await io.emit({
      token,
      needs,
      failures: await withPaths(failures, trees.next),
      log: log.length,
      bytes,
    });
  }
  if (workspace.keepsVersions) {
    const { next } = trees;
    const modules = { next, placer, versions: directory.versions, staging };
    await keepVersions(staging.logPath(lane), modules, io.signal);
    log.add({ kind: 'kept' });
    log.flush();
  }
  return { log: log.length };
}

/** See commitSession. */
export const commitTask: Task<CommitInput, CommitOutcome, TargetProgress> = (input, io) =>
  commitSession(
    input,
    { onProgress: (progress) => io.emit(progress), step: () => undefined },
    io.signal,
  );

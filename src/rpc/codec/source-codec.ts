import type { Base, ChangesRequest, DatasetFilter, DatasetRef } from '../../endpoint/source.js';
import {
  parseDatasetId,
  parseDatasetNumber,
  parseDigest,
  parseGfid,
  parseTreeId,
} from '../../model/ids.js';
import type { Base__Output, Base as BaseMessage } from '../generated/peer/datamover/v1/Base.js';
import type {
  ChangesRequest as ChangesMessage,
  ChangesRequest__Output,
} from '../generated/peer/datamover/v1/ChangesRequest.js';
import type {
  DatasetRef__Output,
  DatasetRef as DatasetRefMessage,
} from '../generated/peer/datamover/v1/DatasetRef.js';
import type {
  ListDatasetsRequest,
  ListDatasetsRequest__Output,
} from '../generated/peer/datamover/v1/ListDatasetsRequest.js';
import type { ActiveCompression } from '../link/peer-link.js';
import { lanesFromWire, resumeFromWire, resumeToWire } from './stream-codec.js';
import { absolutePath, relativePath } from './wire-path.js';
import { checked, listOf, malformed, required } from './wire-value.js';

const MAX_SUBPATHS = 10_000;
/** What one request may ask for again, with room to the message limit. */
export const MAX_FILES = 200_000;

export function filterToWire(filter: DatasetFilter): ListDatasetsRequest {
  return { tree: filter.tree ?? '', base_path: filter.basePath ?? Buffer.alloc(0) };
}

export function filterFromWire(message: ListDatasetsRequest__Output): DatasetFilter {
  return {
    ...(message.tree !== '' && { tree: checked(message.tree, parseTreeId) }),
    ...(message.base_path.length > 0 && {
      basePath: absolutePath(message.base_path, 'base path'),
    }),
  };
}

export function refToWire(ref: DatasetRef): DatasetRefMessage {
  if ('number' in ref) return { number: ref.number };
  return { id: ref.id, ...(ref.basePath && { base_path: ref.basePath }) };
}

export function refFromWire(message: DatasetRef__Output | null): DatasetRef {
  const { number, id, base_path } = required(message, 'dataset');
  if (number !== undefined) return { number: checked(number, parseDatasetNumber) };
  return {
    id: checked(required(id, 'dataset'), parseDatasetId),
    ...(base_path.length > 0 && { basePath: absolutePath(base_path, 'base path') }),
  };
}

export function baseToWire(base: Base | null): BaseMessage | null {
  return base && { id: base.id, root_digest: base.rootDigest };
}

export function baseFromWire(message: Base__Output | null): Base | null {
  if (message === null) return null;
  return {
    id: checked(message.id, parseDatasetId),
    rootDigest: checked(message.root_digest, parseDigest),
  };
}

const COMPRESSIONS = {
  auto: 'COMPRESSION_AUTO',
  zstd: 'COMPRESSION_ZSTD',
} as const satisfies Record<ActiveCompression, string>;

/** Null for none. */
export function compressionFromWire(
  compression: ChangesRequest__Output['compression'],
): ActiveCompression | null {
  for (const mode of ['auto', 'zstd'] as const) {
    if (COMPRESSIONS[mode] === compression) return mode;
  }
  if (compression === 'COMPRESSION_NONE') return null;
  throw malformed('the compression is unknown');
}

/** `compressed`: how, and the number of the stream; null for none. */
export function changesToWire(
  dataset: DatasetRef,
  request: ChangesRequest,
  compressed: { readonly mode: ActiveCompression; readonly stream: number } | null,
): ChangesMessage {
  return {
    dataset: refToWire(dataset),
    base: baseToWire(request.base),
    subpaths: [...request.subpaths],
    lanes: request.lanes,
    resume: resumeToWire(request.resume),
    files: (request.files ?? []).map(String),
    structure_only: request.structureOnly === true,
    ...(compressed !== null && {
      compression: COMPRESSIONS[compressed.mode],
      stream: compressed.stream,
    }),
  };
}

export function changesFromWire(message: ChangesRequest__Output): ChangesRequest {
  const lanes = lanesFromWire(message.lanes);
  const resume = resumeFromWire(message.resume);
  if (resume !== null && resume.lanes !== lanes) {
    throw malformed('the lanes differ from those of the resume point');
  }
  const files = listOf(message.files, MAX_FILES, 'files').map((file) => gfidFromWire(file));
  return {
    base: baseFromWire(message.base),
    subpaths: subpathsFromWire(message.subpaths),
    lanes,
    resume,
    ...(files.length > 0 && { files }),
    ...(message.structure_only && { structureOnly: true }),
  };
}

export function subpathsFromWire(subpaths: readonly Buffer[]): readonly Uint8Array[] {
  return listOf(subpaths, MAX_SUBPATHS, 'subpaths').map((path) => {
    if (path.length === 0) throw malformed('a subpath is empty');
    return relativePath(path, 'subpath');
  });
}

export function gfidFromWire(value: string) {
  return checked(BigInt(value), parseGfid);
}

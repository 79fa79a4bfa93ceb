import { datasetToWire } from '../codec/dataset-codec.js';
import { baseFromWire, filterFromWire, refFromWire } from '../codec/source-codec.js';
import { absolutePath } from '../codec/wire-path.js';
import { required } from '../codec/wire-value.js';
import type { BookmarkReply } from '../generated/peer/datamover/v1/BookmarkReply.js';
import type { BookmarkRequest__Output } from '../generated/peer/datamover/v1/BookmarkRequest.js';
import type { Dataset } from '../generated/peer/datamover/v1/Dataset.js';
import type { DatasetRef__Output } from '../generated/peer/datamover/v1/DatasetRef.js';
import type { ListDatasetsRequest__Output } from '../generated/peer/datamover/v1/ListDatasetsRequest.js';
import type { PeerContext } from '../peer-connection-state.js';

/** A peer that may only write sees what its pushes can build on. */
export async function* listDatasets(
  request: ListDatasetsRequest__Output,
  { access }: PeerContext,
  signal: AbortSignal,
): AsyncIterable<Dataset> {
  const place = access.reach.has('read') ? access.source : access.target;
  for await (const dataset of place.listDatasets(filterFromWire(request), signal)) {
    yield datasetToWire(dataset);
  }
}

export async function getDataset(
  request: DatasetRef__Output,
  { access, state }: PeerContext,
): Promise<Dataset> {
  await using held = await state.readers.hold(access.source, refFromWire(request));
  return datasetToWire(held.reader.info);
}

export async function findBookmark(
  request: BookmarkRequest__Output,
  { access }: PeerContext,
  signal: AbortSignal,
): Promise<BookmarkReply> {
  const base = required(baseFromWire(request.base), 'base');
  const basePath = absolutePath(request.base_path, 'base path');
  const dataset = await access.source.bookmark(base, basePath, signal);
  return dataset === null ? {} : { dataset: datasetToWire(dataset) };
}

import type { DatasetId, TreeId } from '../model/ids.js';
import { parseDatasetId, parseTreeId } from '../model/ids.js';
import { JsonFields, toBase64 } from '../model/json-fields.js';

const NUMBER_FORMAT = 1;

/**
 * What stands at `numbers/<n>`: the dataset that was given the number,
 * whether it was finished or not.
 */
export interface NumberedDataset {
  readonly basePath: Uint8Array;
  readonly tree: TreeId;
  readonly dataset: DatasetId;
  /** Key of the dataset's record. */
  readonly record: string;
}

export function serialiseNumber(numbered: NumberedDataset): string {
  return JSON.stringify({
    format: NUMBER_FORMAT,
    basePath: toBase64(numbered.basePath),
    tree: numbered.tree,
    dataset: numbered.dataset,
    record: numbered.record,
  });
}

export function parseNumber(text: string, what: string): NumberedDataset {
  const fields = JsonFields.parse(what, text, NUMBER_FORMAT);
  return {
    basePath: fields.bytes('basePath'),
    tree: fields.parsed('tree', parseTreeId),
    dataset: fields.parsed('dataset', parseDatasetId),
    record: fields.text('record'),
  };
}

import { asDmError, DmError } from '../../model/error.js';
import { type NumberedDataset, parseNumber } from '../../repository/number-object.js';
import { datasetOfKey, numberKey, RepositoryLayout } from '../../repository/object-layout.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { getObject } from './get-object.js';

/** What a number of an account names; null when it was never given, or has been dropped. Errors: `corrupt`, `state_version`. */
export async function readNumber(
  store: ObjectStore,
  number: number,
  signal: AbortSignal,
): Promise<NumberedDataset | null> {
  const key = numberKey(number);
  const bytes = await getObject(store, key, signal);
  return bytes && openNumber(bytes, key);
}

function openNumber(bytes: Buffer, key: string): NumberedDataset {
  try {
    const numbered = parseNumber(bytes.toString(), `number ${key}`);
    const { basePath, record, dataset } = numbered;
    // Nothing else tells a flipped bit from what was written.
    const { datasets } = new RepositoryLayout(basePath);
    if (record.startsWith(datasets) && datasetOfKey(record) === dataset) return numbered;
    throw new DmError('corrupt', `number ${key} names the record of another dataset`);
  } catch (error) {
    const { code, message } = asDmError(error, key);
    throw new DmError(
      code === 'state_version' ? code : 'corrupt',
      `${message}. \`dm object repair --account-id ACCOUNT\`, with --base-path where it is the only one of a backup, makes it anew from the record of its dataset; one that no dataset has can be deleted`,
      { cause: error },
    );
  }
}

import type { DatasetView } from '../control-messages.js';

export type ShownDataset = Omit<DatasetView, 'unique_bytes'> & {
  /** Null where it is not known. */
  readonly unique_bytes: number | null;
};

/** The agent says -1 of what it has not measured. */
export function uniqueKnown(view: DatasetView): ShownDataset {
  const { unique_bytes: bytes } = view;
  return { ...view, unique_bytes: bytes < 0 ? null : bytes };
}

export async function* withUnique(found: AsyncIterable<DatasetView>): AsyncGenerator<ShownDataset> {
  for await (const view of found) yield uniqueKnown(view);
}

import type { DatasetView } from '../control-messages.js';

export type ShownDataset = Omit<DatasetView, 'unique_bytes'> & {
  /** Null where it is not known. */
  readonly unique_bytes: number | null;
};

/** The agent says -1 of what it has not measured. */
export function uniqueKnown(view: DatasetView): ShownDataset {
  return view.unique_bytes < 0 ? { ...view, unique_bytes: null } : view;
}

/** The same of each of a list, which may be long: without a generator of its own. */
export function withUnique(found: AsyncIterable<DatasetView>): AsyncIterable<ShownDataset> {
  return {
    [Symbol.asyncIterator]: () => {
      const views = found[Symbol.asyncIterator]();
      return {
        next: async () => {
          const { done, value } = await views.next();
          return done === true ? { done, value } : { done: false, value: uniqueKnown(value) };
        },
        return: async () => {
          await views.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

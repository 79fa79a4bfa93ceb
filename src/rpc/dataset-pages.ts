import type { DatasetPage__Output } from './generated/control/datamover/v1/DatasetPage.js';
import type {
  DatasetView,
  DatasetView__Output,
} from './generated/control/datamover/v1/DatasetView.js';

/** Datasets and what they list, counted together, in one message: far from its limit with paths as long as they can be. */
const PAGE_WEIGHT = 100;

/** A long list in few messages, in order. A failure comes after what was listed before it. */
export async function* pagesOf(
  datasets: AsyncIterable<DatasetView>,
): AsyncGenerator<{ datasets: DatasetView[] }, void> {
  let page: DatasetView[] = [];
  let weight = 0;
  let failure: { readonly error: unknown } | null = null;
  try {
    for await (const dataset of datasets) {
      page.push(dataset);
      weight += 1 + (dataset.warnings?.length ?? 0) + (dataset.dataset_subpaths?.length ?? 0);
      if (weight < PAGE_WEIGHT) continue;
      yield { datasets: page };
      page = [];
      weight = 0;
    }
  } catch (error) {
    failure = { error };
  }
  if (page.length > 0) yield { datasets: page };
  if (failure !== null) throw failure.error;
}

/** The datasets of such messages, one by one. */
export async function* datasetsOf(
  pages: AsyncIterable<DatasetPage__Output>,
): AsyncGenerator<DatasetView__Output, void> {
  for await (const { datasets } of pages) {
    for (const dataset of datasets) yield dataset;
  }
}

import type { ListingWarning } from '../model/dataset.js';
import type {
  DatasetPage,
  DatasetPage__Output,
} from './generated/control/datamover/v1/DatasetPage.js';
import type {
  DatasetView,
  DatasetView__Output,
} from './generated/control/datamover/v1/DatasetView.js';

/** Datasets and what they list, counted together, in one message: far from its limit with paths as long as they can be. */
const PAGE_WEIGHT = 100;

/** A long list in few messages, in order; its warnings before the dataset that they came before. A failure comes after what was listed before it. */
export async function* pagesOf(
  list: (onWarning: (warning: ListingWarning) => void) => AsyncIterable<DatasetView>,
): AsyncGenerator<DatasetPage, void> {
  const warnings: ListingWarning[] = [];
  let page: DatasetView[] = [];
  let weight = 0;
  let failure: { readonly error: unknown } | null = null;
  try {
    for await (const dataset of list((warning) => void warnings.push(warning))) {
      while (warnings.length > 0) yield { warnings: warnings.splice(0, PAGE_WEIGHT) };
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
  while (warnings.length > 0) yield { warnings: warnings.splice(0, PAGE_WEIGHT) };
  if (page.length > 0) yield { datasets: page };
  if (failure !== null) throw failure.error;
}

/** The datasets of such messages, one by one. `onWarning`: of the listing. */
export async function* datasetsOf(
  pages: AsyncIterable<DatasetPage__Output>,
  onWarning: (warning: ListingWarning) => void = () => undefined,
): AsyncGenerator<DatasetView__Output, void> {
  for await (const { datasets, warnings } of pages) {
    for (const warning of warnings) onWarning(warning);
    for (const dataset of datasets) yield dataset;
  }
}

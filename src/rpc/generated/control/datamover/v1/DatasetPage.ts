// Original file: proto/datamover/v1/control.proto

import type { DatasetView as _datamover_v1_DatasetView, DatasetView__Output as _datamover_v1_DatasetView__Output } from '../../datamover/v1/DatasetView.js';
import type { ListingWarning as _datamover_v1_ListingWarning, ListingWarning__Output as _datamover_v1_ListingWarning__Output } from '../../datamover/v1/ListingWarning.js';

export interface DatasetPage {
  'datasets'?: (_datamover_v1_DatasetView)[];
  'warnings'?: (_datamover_v1_ListingWarning)[];
}

export interface DatasetPage__Output {
  'datasets': (_datamover_v1_DatasetView__Output)[];
  'warnings': (_datamover_v1_ListingWarning__Output)[];
}

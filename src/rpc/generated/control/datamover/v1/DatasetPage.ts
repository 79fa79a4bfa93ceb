// Original file: proto/datamover/v1/control.proto

import type { DatasetView as _datamover_v1_DatasetView, DatasetView__Output as _datamover_v1_DatasetView__Output } from '../../datamover/v1/DatasetView.js';

export interface DatasetPage {
  'datasets'?: (_datamover_v1_DatasetView)[];
}

export interface DatasetPage__Output {
  'datasets': (_datamover_v1_DatasetView__Output)[];
}

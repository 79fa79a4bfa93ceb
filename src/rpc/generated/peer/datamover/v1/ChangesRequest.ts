// Original file: proto/datamover/v1/peer.proto

import type { DatasetRef as _datamover_v1_DatasetRef, DatasetRef__Output as _datamover_v1_DatasetRef__Output } from '../../datamover/v1/DatasetRef.js';
import type { Base as _datamover_v1_Base, Base__Output as _datamover_v1_Base__Output } from '../../datamover/v1/Base.js';
import type { ResumePoint as _datamover_v1_ResumePoint, ResumePoint__Output as _datamover_v1_ResumePoint__Output } from '../../datamover/v1/ResumePoint.js';
import type { Compression as _datamover_v1_Compression, Compression__Output as _datamover_v1_Compression__Output } from '../../datamover/v1/Compression.js';
import type { Long } from '@grpc/proto-loader';

export interface ChangesRequest {
  'dataset'?: (_datamover_v1_DatasetRef | null);
  'base'?: (_datamover_v1_Base | null);
  'subpaths'?: (Buffer | Uint8Array | string)[];
  'lanes'?: (number);
  'resume'?: (_datamover_v1_ResumePoint | null);
  'files'?: (number | string | Long)[];
  'structure_only'?: (boolean);
  'compression'?: (_datamover_v1_Compression);
  'stream'?: (number);
}

export interface ChangesRequest__Output {
  'dataset': (_datamover_v1_DatasetRef__Output | null);
  'base': (_datamover_v1_Base__Output | null);
  'subpaths': (Buffer)[];
  'lanes': (number);
  'resume': (_datamover_v1_ResumePoint__Output | null);
  'files': (string)[];
  'structure_only': (boolean);
  'compression': (_datamover_v1_Compression__Output);
  'stream': (number);
}

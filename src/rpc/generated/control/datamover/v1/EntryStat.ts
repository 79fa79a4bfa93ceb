// Original file: proto/datamover/v1/control.proto

import type { BrowseEntry as _datamover_v1_BrowseEntry, BrowseEntry__Output as _datamover_v1_BrowseEntry__Output } from '../../datamover/v1/BrowseEntry.js';
import type { XattrView as _datamover_v1_XattrView, XattrView__Output as _datamover_v1_XattrView__Output } from '../../datamover/v1/XattrView.js';
import type { ParentGfid as _datamover_v1_ParentGfid, ParentGfid__Output as _datamover_v1_ParentGfid__Output } from '../../datamover/v1/ParentGfid.js';

export interface EntryStat {
  'entry'?: (_datamover_v1_BrowseEntry | null);
  'rdev_major'?: (number);
  'rdev_minor'?: (number);
  'atime_ns'?: (string);
  'ctime_ns'?: (string);
  'btime_ns'?: (string);
  'flags'?: (number);
  'xattrs'?: (_datamover_v1_XattrView)[];
  'parents'?: (_datamover_v1_ParentGfid)[];
  'content_version'?: (string);
  'exception_code'?: (string);
  'exception_message'?: (string);
}

export interface EntryStat__Output {
  'entry': (_datamover_v1_BrowseEntry__Output | null);
  'rdev_major': (number);
  'rdev_minor': (number);
  'atime_ns': (string);
  'ctime_ns': (string);
  'btime_ns': (string);
  'flags': (number);
  'xattrs': (_datamover_v1_XattrView__Output)[];
  'parents': (_datamover_v1_ParentGfid__Output)[];
  'content_version': (string);
  'exception_code': (string);
  'exception_message': (string);
}

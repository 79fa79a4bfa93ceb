// Original file: proto/datamover/v1/control.proto


export interface UnlockedDataset {
  'unlocked'?: (string)[];
  'locked_by'?: (string)[];
}

export interface UnlockedDataset__Output {
  'unlocked': (string)[];
  'locked_by': (string)[];
}

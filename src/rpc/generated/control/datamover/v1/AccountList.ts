// Original file: proto/datamover/v1/control.proto

import type { Account as _datamover_v1_Account, Account__Output as _datamover_v1_Account__Output } from '../../datamover/v1/Account.js';

export interface AccountList {
  'accounts'?: (_datamover_v1_Account)[];
}

export interface AccountList__Output {
  'accounts': (_datamover_v1_Account__Output)[];
}

import type { StoreCounters } from '../../../repository/object-store.js';

/** What went over to a store and came back, counted as it happens. */
export class StoreTraffic implements StoreCounters {
  requests = 0;
  bytesSent = 0;
  bytesReceived = 0;
}

import { DmError } from '../../model/error.js';
import type { PingAccountRequest__Output } from '../../rpc/generated/control/datamover/v1/PingAccountRequest.js';

const MAX_URI = 2_048;
const MAX_BRIEFCASE = 512;
const MAX_PINGS = 100;

export function refuseLongUri(uri: string): void {
  if (uri.length > MAX_URI) {
    throw new DmError('invalid_argument', `--uri is longer than ${MAX_URI} characters; shorten it`);
  }
}

export function checkedBriefcase(text: string): string {
  if (text.length > MAX_BRIEFCASE) {
    throw new DmError(
      'invalid_argument',
      `--briefcase is longer than ${MAX_BRIEFCASE} characters; shorten it`,
    );
  }
  return text;
}

/** How many exchanges a ping makes. */
export function pingCount(request: PingAccountRequest__Output): number {
  return Math.min(Math.max(request.pings, 1), MAX_PINGS);
}

const DAY_MS = 24 * 60 * 60 * 1_000;

export interface S3StoreOptions {
  /** `https://host[:port]` */
  readonly endpoint: string;
  readonly bucket: string;
  /** Without slashes around it; "" is the whole bucket. */
  readonly prefix: string;
  readonly region: string;
  readonly addressing: 'path' | 'virtual';
  /** Null takes what the AWS tools would find. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  } | null;
  /** "" is the system's list of authorities. */
  readonly caPem: string;
  /** "" goes there directly. */
  readonly proxyUri: string;
  readonly storageClass: string;
  readonly enforceSse: boolean;
  /** New objects are locked; null leaves them as the bucket's default has it. */
  readonly lock: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number } | null;
  /** Requests at the same time, bodies of objects that are being read left out. */
  readonly maxTasks: number;
  /** No other agent writes there, so `ifAbsent` may look first where the store cannot do it in one step. */
  readonly singleWriter: boolean;
  /** Nothing may be written, not even to find out what the store can do. */
  readonly readOnly: boolean;
  /** False where the store is known to put conditionally, so that it need not be tried. */
  readonly tryConditionalPut: boolean;
}

/** For how long new objects are locked; 0: not at all. */
export function lockPeriodMs(lock: S3StoreOptions['lock']): number {
  return lock === null ? 0 : lock.days * DAY_MS;
}

/** Of a process that has grown larger than this, what is free goes back sooner: an agent is to stay below 300 MB. */
const LARGE_BYTES = 276_824_064;
/** So much has to have come to the least that was seen since: what is in use is asked for again at once, page by page. */
const REGROWN_BYTES = 16_777_216;

export interface TrimModules {
  /** Bytes of this process in memory; null when that is not known now. */
  readonly rss: () => number | null;
  /** Gives what is free back to the kernel. */
  readonly trim: () => void;
}

/** To be called several times a second: trims a process that is large, when it has grown since. */
export function trimWhenLarge({ rss, trim }: TrimModules): () => void {
  let least = 0;
  return () => {
    const now = rss();
    if (now === null) return;
    least = Math.min(least, now);
    if (now < LARGE_BYTES || now < least + REGROWN_BYTES) return;
    trim();
    least = rss() ?? now;
  };
}

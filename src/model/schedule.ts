/** When a policy runs by itself, as its user wrote it. */
export interface Schedule {
  /** "yyyy-mm-dd hh:mm:ss" or RFC 3339; "" for none. */
  readonly startTime: string;
  /** Cron expressions of 5, 6 (seconds first) or 7 (year last) fields. */
  readonly recurrence: readonly string[];
  /** Moments at which it runs whatever the other two say. */
  readonly dateTimes: readonly string[];
  /**
   * IANA name of the zone in which times without offset and cron
   * fields are meant; "" for the agent's.
   */
  readonly timeZone: string;
}

export const NO_SCHEDULE: Schedule = {
  startTime: '',
  recurrence: [],
  dateTimes: [],
  timeZone: '',
};

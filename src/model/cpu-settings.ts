/**
 * When copies slow down for others: both thresholds must be passed, in
 * percent of the whole machine.
 */
export interface CpuSettings {
  /** What this agent may take when the machine is busy. */
  readonly allowedCpuThreshold: number;
  /** From this load on the machine counts as busy. */
  readonly systemCpuLoadThreshold: number;
}

export const DEFAULT_CPU_SETTINGS: CpuSettings = {
  allowedCpuThreshold: 30,
  systemCpuLoadThreshold: 90,
};

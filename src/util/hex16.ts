/** A 64-bit number as 16 lower-case hex digits. */
export function hex16(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}

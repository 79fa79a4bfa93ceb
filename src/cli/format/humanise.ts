const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `1536` is `1.5 KiB`. */
export function humanBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

const STEPS: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
];

/** The two largest units of a time: `72000` s is `20 h`, `90` s is `1 min 30 s`. */
export function humanDuration(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, length] of STEPS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}

/** `2025-05-29 10:40:13` in local time; text that is no time stays as it is. */
export function humanTime(rfc3339: string): string {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return rfc3339;
  return `${localDate(time)} ${localClock(time)}`;
}

/** `2025-05-29T10:40:13+0200`: local time with its offset, as browse prints it. */
export function offsetTime(rfc3339: string): string {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return rfc3339;
  const minutes = -time.getTimezoneOffset();
  const size = Math.abs(minutes);
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
  return `${localDate(time)}T${localClock(time)}${offset}`;
}

/** Local time with all nine digits of a nanosecond time; `-` for text that is no number. */
export function nanosecondTime(nanoseconds: string): string {
  if (!/^-?[0-9]{1,19}$/.test(nanoseconds)) return '-';
  const value = BigInt(nanoseconds);
  const part = ((value % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const time = new Date(Number((value - part) / 1_000_000n));
  return `${localDate(time)} ${localClock(time)}.${String(part).padStart(9, '0')}`;
}

function localDate(time: Date): string {
  const year = String(time.getFullYear()).padStart(4, '0');
  return `${year}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

function localClock(time: Date): string {
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

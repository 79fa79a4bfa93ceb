import { DmError } from './error.js';

const FORM =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(Z|[+-][0-9]{2}:?[0-9]{2})?)?$/;

/**
 * Milliseconds since 1970 of "yyyy-mm-dd[ hh:mm[:ss]]" or an RFC 3339 time; without an offset it is
 * local to this host. `what` names the value in the error.
 */
export function parseTime(text: string, what: string): number {
  const [, day, time = '00:00', offset = ''] = FORM.exec(text.trim()) ?? [];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${time}${offset}`);
  if (Number.isFinite(ms)) return ms;
  throw new DmError(
    'invalid_argument',
    `${what} "${text.slice(0, 40)}" is not a time; give for example "2026-05-29 10:20:00" or 2026-05-29T10:20:00Z`,
  );
}

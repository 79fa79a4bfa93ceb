import { escapePath } from '../../util/escape.js';
import { humanBytes, humanDuration, humanTime, nanosecondTime } from './humanise.js';
import { escapeControl, escapeText } from './text.js';

/** The value at a dotted path inside a message; undefined where a part of the way is missing. */
export function fieldValue(message: object, path: string): unknown {
  let value: unknown = message;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(part);
  }
  return value;
}

/** One field of a message as people read it; `-` for what is empty. */
export function fieldText(message: object, path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const value = fieldValue(message, path);
  if (name === 'path') {
    const bytes = fieldValue(message, `${path}_base64`);
    if (typeof bytes === 'string' && bytes !== '') return escapePath(Buffer.from(bytes, 'base64'));
  }
  return valueText(name, value);
}

/** A value under the name of its field: sizes, times and periods humanised, text escaped. */
export function valueText(name: string, value: unknown): string {
  if (value === undefined || value === null || value === '') return '-';
  if (Array.isArray(value)) {
    return value.length === 0 ? '-' : value.map((item) => valueText(name, item)).join(', ');
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return numberText(name, value);
  if (typeof value === 'object') return objectText(value);
  const text = String(value);
  if (isTime(name)) return humanTime(text);
  if (name.endsWith('_ns')) return nanosecondTime(text);
  // Paths arrive escaped.
  return /path|exclude/.test(name) ? escapeControl(text) : escapeText(text);
}

function objectText(value: object): string {
  const parts = Object.entries(value).filter(([name]) => !name.endsWith('_base64'));
  return parts.map(([name]) => fieldText(value, name)).join(': ');
}

function numberText(name: string, value: number): string {
  if (/(^|_)bytes(_|$)|^size$/.test(name)) return humanBytes(value);
  // Ids begin at 1: there is no such object.
  if (value === 0 && name.endsWith('_id')) return '-';
  if (name === 'dataset_retention_period') return humanDuration(value);
  if (name === 'round_trip_ms') return `${value.toFixed(2)} ms`;
  return String(value);
}

function isTime(name: string): boolean {
  return /_at$|_time$|_update$|^not_(before|after)$/.test(name);
}

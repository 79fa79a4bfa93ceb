import { colourState } from './colour.js';
import { fieldText } from './field-text.js';

/**
 * One object for people: a line for each field, nested messages indented below their name.
 * Lists come last: decoded messages have them first, before the id.
 */
export function viewLines(message: object, colour: boolean, indent = ''): string[] {
  const entries = new Map<string, unknown>(Object.entries(message));
  const isList = (name: string) => Array.isArray(entries.get(name));
  const shown = [...entries.keys()].filter((name) => !name.endsWith('_base64'));
  const names = [...shown.filter((name) => !isList(name)), ...shown.filter(isList)];
  const width = Math.max(0, ...names.map((name) => name.length)) + 2;
  const lines: string[] = [];
  for (const name of names) {
    const value = entries.get(name);
    const label = `${indent}${name}:`;
    if (isMessageList(value)) {
      lines.push(label);
      for (const item of value) lines.push(`${indent}  ${entryText(item)}`);
    } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      lines.push(label, ...viewLines(value, colour, `${indent}  `));
    } else {
      const text = fieldText(message, name);
      lines.push(`${label.padEnd(indent.length + width)}${colour ? colourState(text) : text}`);
    }
  }
  return lines;
}

function isMessageList(value: unknown): value is readonly object[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === 'object';
}

/** A message of a list on one line, `path: code: message`; what is empty at its end is left out. */
export function entryText(item: object): string {
  const texts = Object.keys(item)
    .filter((name) => !name.endsWith('_base64'))
    .map((name) => fieldText(item, name));
  return texts.slice(0, texts.findLastIndex((text) => text !== '-') + 1).join(': ');
}

import { createHash } from 'node:crypto';

/** Longer components are named by their digest, so that every file system takes them and our own marks fit beside. */
const MAX_NAME_BYTES = 230;
const LONG = /^%h[0-9a-f]{64}$/;
const TEMPORARY = /^%t[0-9a-f]{32}$/;

/**
 * The file name of one component of a key. Names as they are, except: "%" is `%25`, the empty component `%`, "." and
 * ".." `%2E` and `%2E%2E`, and what is longer than 230 bytes `%h` and its SHA-256, with the component itself in the file
 * `longNameFile`. Other names that begin with "%" belong to the adapter; keys never give them.
 */
export function fileNameOf(component: string): string {
  if (component === '') return '%';
  if (component === '.' || component === '..') return component.replaceAll('.', '%2E');
  const name = component.replaceAll('%', '%25');
  return Buffer.byteLength(name) <= MAX_NAME_BYTES ? name : `%h${sha256(component)}`;
}

/** The component a file name stands for, `long` when it is kept in its `longNameFile`, null for names no key gives. */
export function componentOf(name: string): string | 'long' | null {
  if (name === '%') return '';
  if (LONG.test(name)) return 'long';
  const component = name.replaceAll('%2E', '.').replaceAll('%25', '%');
  return fileNameOf(component) === name ? component : null;
}

export function isLongName(name: string): boolean {
  return LONG.test(name);
}

/** Holds the component that a long name stands for. */
export function longNameFile(name: string): string {
  return `%n${name.slice(2)}`;
}

/** Holds metadata and content type of the object with that file name. */
export function metadataFile(name: string): string {
  return `%m${name}`;
}

/** A file that is being written. `random` is 32 hex digits. */
export function temporaryName(random: string): string {
  return `%t${random}`;
}

export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { Glob } from './glob.js';

const SLASH = 0x2f;
const SPACE = 0x20;
const TAB = 0x09;
const HASH = 0x23;
const BANG = 0x21;
const BACKSLASH = 0x5c;
const DOUBLE_STAR = Buffer.from('**');

/** A component of a pattern: a name pattern, or `**` for any number of directories. */
type Segment = Glob | '**';

interface Rule {
  readonly negated: boolean;
  readonly directoriesOnly: boolean;
  /** Null for a pattern without a slash, which looks at the last name only. */
  readonly segments: readonly Segment[] | null;
  readonly name: Glob | null;
}

/**
 * Patterns of what a capture leaves out: the syntax of gitignore (5), on bytes, anchored at the base
 * path. The last pattern that matches decides; what lies below an excluded directory is out, whatever
 * follows.
 */
export class Excludes {
  readonly #rules: readonly Rule[];

  constructor(patterns: readonly string[]) {
    this.#rules = patterns.flatMap((pattern) => parseRule(Buffer.from(pattern, 'utf8')) ?? []);
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /**
   * Whether the entry `name` of the directory `parents` (names from the base path down) is left out. The
   * caller asks for directories from the top down and does not enter the excluded ones.
   */
  excludes(parents: readonly Uint8Array[], name: Uint8Array, isDirectory: boolean): boolean {
    for (let index = this.#rules.length - 1; index >= 0; index--) {
      const rule = this.#rules[index];
      if (rule === undefined || (rule.directoriesOnly && !isDirectory)) continue;
      const matched =
        rule.segments === null
          ? rule.name?.matches(name) === true
          : matchesPath(rule.segments, 0, parents, name, 0);
      if (matched) return !rule.negated;
    }
    return false;
  }
}

function parseRule(line: Buffer): Rule | null {
  let pattern = withoutTrailingSpaces(line);
  if (pattern.length === 0 || pattern[0] === HASH) return null;
  const negated = pattern[0] === BANG;
  if (negated) pattern = pattern.subarray(1);
  const directoriesOnly = pattern.at(-1) === SLASH;
  if (directoriesOnly) pattern = pattern.subarray(0, -1);
  if (pattern.length === 0) return null;
  if (!pattern.includes(SLASH)) {
    return { negated, directoriesOnly, segments: null, name: new Glob(pattern) };
  }
  const parts = split(pattern[0] === SLASH ? pattern.subarray(1) : pattern);
  const segments = parts.map((part): Segment => (part.equals(DOUBLE_STAR) ? '**' : new Glob(part)));
  return { negated, directoriesOnly, segments, name: null };
}

/** Blanks at the end do not count, unless a backslash makes the first of them literal. */
function withoutTrailingSpaces(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && (line[end - 1] === SPACE || line[end - 1] === TAB)) end--;
  let backslashes = 0;
  while (line[end - 1 - backslashes] === BACKSLASH) backslashes++;
  return line.subarray(0, backslashes % 2 === 1 && end < line.length ? end + 1 : end);
}

function split(path: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== SLASH) continue;
    parts.push(path.subarray(start, at));
    start = at + 1;
  }
  return parts;
}

/** Matches segments from `segment` on against the components of the path from `depth` on. */
function matchesPath(
  segments: readonly Segment[],
  segment: number,
  parents: readonly Uint8Array[],
  name: Uint8Array,
  depth: number,
): boolean {
  const length = parents.length + 1;
  const current = segments[segment];
  if (current === undefined) return depth === length;
  if (current === '**') {
    // At the end it stands for everything inside, so for one component or more.
    if (segment === segments.length - 1) return depth < length;
    for (let next = depth; next <= length; next++) {
      if (matchesPath(segments, segment + 1, parents, name, next)) return true;
    }
    return false;
  }
  if (depth >= length) return false;
  const component = parents[depth] ?? name;
  return current.matches(component) && matchesPath(segments, segment + 1, parents, name, depth + 1);
}

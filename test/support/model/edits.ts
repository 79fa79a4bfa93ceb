import fc from 'fast-check';

/** Kinds of changes of a tree, and how often each is made. */
const WEIGHTS = {
  create: 8,
  patch: 8,
  append: 4,
  truncate: 4,
  'write far behind the end': 2,
  'write anew and rename over': 4,
  'change keeping size and time': 3,
  'copy a file': 2,
  rename: 6,
  'exchange names': 3,
  link: 4,
  unlink: 5,
  mkdir: 5,
  'remove directory': 2,
  'rename directory': 4,
  symlink: 3,
  'make special file': 3,
  'replace by directory': 2,
  'replace directory by file': 1,
  chmod: 3,
  chown: 2,
  'set attribute': 3,
  'remove attribute': 1,
  'set ACL': 2,
  'set default ACL': 1,
  'set time': 3,
} as const;

export type EditKind = keyof typeof WEIGHTS;

/** One change; what its numbers choose depends on the tree. */
export interface Edit {
  readonly kind: EditKind;
  /** Chooses what is changed. */
  readonly subject: number;
  /** Chooses a directory and a name, or a second subject. */
  readonly other: number;
  /** Chooses sizes, offsets and values. */
  readonly value: number;
}

const number = fc.nat({ max: 2 ** 31 - 1 });

export const edits: fc.Arbitrary<Edit> = fc.record({
  kind: fc.oneof(
    ...Object.entries(WEIGHTS).map(([kind, weight]) => ({
      weight,
      arbitrary: fc.constant(kind as EditKind),
    })),
  ),
  subject: number,
  other: number,
  value: number,
});

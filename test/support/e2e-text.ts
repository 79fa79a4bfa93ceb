import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from './e2e-random.js';

const MIB = 1_048_576;
const WORDS = 2_000;
const LINE_WORDS = 12;

/**
 * A megabyte of lines that compress about as a program's source does, the same for the same seed.
 */
export function prose(seed: number): Buffer {
  const random = new Random(seed);
  const words = Array.from({ length: WORDS }, () =>
    random
      .below(2 ** 31)
      .toString(36)
      .slice(0, 2 + random.below(5)),
  );
  const lines: string[] = [];
  for (let length = 0; length < MIB; ) {
    const line = Array.from({ length: LINE_WORDS }, () => {
      // Some words are much more frequent than others.
      const at = Math.min(random.below(WORDS), random.below(WORDS), random.below(WORDS));
      return words[at] ?? '';
    });
    lines.push(line.join(' '));
    length += (lines.at(-1)?.length ?? 0) + 1;
  }
  return Buffer.from(`${lines.join('\n')}\n`).subarray(0, MIB);
}

/**
 * Files of `makePart` in a directory that is made, `mib` in all; the parts
 * repeat after 16 with a number in front.
 */
export function writeParts(
  directory: string,
  mib: number,
  makePart: (seed: number) => Buffer,
): void {
  mkdirSync(directory, { recursive: true });
  const parts = Array.from({ length: Math.min(mib, 16) }, (_, index) => makePart(index + 1));
  for (let index = 0; index < mib; index++) {
    const part = parts[index % parts.length] ?? Buffer.alloc(0);
    part.write(String(index).padStart(8));
    writeFileSync(join(directory, `part-${index}`), part);
  }
}

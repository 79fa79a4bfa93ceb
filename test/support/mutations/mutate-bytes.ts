import type { Random } from '../e2e-random.js';

const MAX_NOISE = 9;

/**
 * Changes bytes in one way: a bit, a byte, an end cut off, noise put in, a range
 * twice, a range left out, two ranges exchanged.
 */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  const from = random.below(bytes.length + 1);
  const to = from + random.below(bytes.length - from + 1);
  const [head, middle, tail] = [
    bytes.subarray(0, from),
    bytes.subarray(from, to),
    bytes.subarray(to),
  ];
  switch (random.below(7)) {
    case 0:
      return withByte(bytes, from, (was) => was ^ (1 << random.below(8)));
    case 1:
      return withByte(bytes, from, () => random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]));
    case 2:
      return head;
    case 3:
      return Buffer.concat([head, noise(1 + random.below(MAX_NOISE), random), middle, tail]);
    case 4:
      return Buffer.concat([head, middle, middle, tail]);
    case 5:
      return Buffer.concat([head, tail]);
    default:
      return Buffer.concat([head, tail, middle]);
  }
}

/**
 * Changes the order or the number of some things: one twice, one left
 * out, two exchanged, an end cut off.
 */
export function mutateList<T>(things: readonly T[], random: Random): T[] {
  const made = [...things];
  const from = random.below(made.length);
  const to = random.below(made.length);
  const [one] = made.slice(from, from + 1);
  if (one === undefined) return made;
  switch (random.below(4)) {
    case 0:
      made.splice(to, 0, one);
      return made;
    case 1:
      made.splice(from, 1);
      return made;
    case 2:
      made.splice(from, 1);
      made.splice(to, 0, one);
      return made;
    default:
      return made.slice(0, from);
  }
}

export function noise(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

function withByte(bytes: Buffer, at: number, change: (was: number) => number): Buffer {
  const made = Buffer.from(bytes);
  const was = made[at];
  if (was !== undefined) made[at] = change(was);
  return made;
}

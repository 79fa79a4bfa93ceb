import type { RecordArena } from './record-arena.js';

/** Records that one sort can number: with 32 bits of key they fill the 53 bits of a double. */
export const MAX_SORTED_RECORDS = 2 ** 21;

/** Ranges this short are sorted by insertion. */
const SHORT = 12;

/**
 * Sorts the numbers of an arena's records by key; equal keys stay in the order of the numbers.
 * Four bytes of the keys at a time are packed above the number into a double, so that the engine's
 * own sort of doubles does the work without calling back.
 */
export function sortRecords(arena: RecordArena): Uint32Array {
  const order = new Uint32Array(arena.count);
  for (let i = 0; i < order.length; i++) order[i] = i;
  if (!arena.ascending) {
    sortRange(arena, order, new Float64Array(arena.count), 0, order.length, 0);
  }
  return order;
}

/** Sorts order[low, high), whose keys agree in their first `depth` bytes. */
function sortRange(
  arena: RecordArena,
  order: Uint32Array,
  packed: Float64Array,
  low: number,
  high: number,
  depth: number,
): void {
  if (high - low <= SHORT) {
    insertionSort(arena, order, low, high, depth);
    return;
  }
  let different = false;
  const first = arena.wordAt(order[low] as number, depth);
  for (let i = low; i < high; i++) {
    const record = order[i] as number;
    const word = arena.wordAt(record, depth);
    if (word !== first) different = true;
    packed[i] = word * MAX_SORTED_RECORDS + record;
  }
  if (!different) {
    sortEqualWords(arena, order, packed, low, high, depth);
    return;
  }
  packed.subarray(low, high).sort();
  for (let i = low; i < high; i++) order[i] = (packed[i] as number) % MAX_SORTED_RECORDS;
  let start = low;
  while (start < high) {
    const word = arena.wordAt(order[start] as number, depth);
    let end = start + 1;
    while (end < high && arena.wordAt(order[end] as number, depth) === word) end++;
    if (end - start > 1) sortEqualWords(arena, order, packed, start, end, depth);
    start = end;
  }
}

/**
 * Sorts a range whose keys agree in four bytes from `depth`, zeros standing for what is behind a
 * key's end. Keys that end there come first, by length: those zeros were the only difference.
 */
function sortEqualWords(
  arena: RecordArena,
  order: Uint32Array,
  packed: Float64Array,
  low: number,
  high: number,
  depth: number,
): void {
  const next = depth + 4;
  const ended: number[] = [];
  const longer: number[] = [];
  let anyEnded = false;
  for (let i = low; i < high && !anyEnded; i++) {
    anyEnded = arena.keyLength(order[i] as number) <= next;
  }
  if (anyEnded) {
    for (let i = low; i < high; i++) {
      const record = order[i] as number;
      (arena.keyLength(record) <= next ? ended : longer).push(record);
    }
    ended.sort((a, b) => arena.keyLength(a) - arena.keyLength(b) || a - b);
    order.set(ended, low);
    order.set(longer, low + ended.length);
  }
  const rest = low + ended.length;
  if (high - rest > 1) sortRange(arena, order, packed, rest, high, next);
}

function insertionSort(
  arena: RecordArena,
  order: Uint32Array,
  low: number,
  high: number,
  depth: number,
): void {
  for (let i = low + 1; i < high; i++) {
    const record = order[i] as number;
    let at = i;
    while (at > low && arena.compare(order[at - 1] as number, record, depth) > 0) {
      order[at] = order[at - 1] as number;
      at--;
    }
    order[at] = record;
  }
}

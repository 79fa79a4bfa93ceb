import type { Random } from '../e2e-random.js';
import { mutateBytes, mutateList } from './mutate-bytes.js';

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** One field as it stands in a message. `body` is without the length that bytes have in front. */
interface Field {
  readonly number: number;
  readonly wire: number;
  readonly body: Buffer;
}

/**
 * Changes a protobuf message in one way: fields in another order, twice or left out, with each
 * other's numbers, with a length that is a lie, of another wire type, or with changed content (of
 * nested messages too). What is no message is changed as bytes.
 */
export function mutateMessage(bytes: Buffer, random: Random): Buffer {
  const fields = parse(bytes);
  if (fields === null || fields.length === 0 || random.below(4) === 0) {
    return mutateBytes(bytes, random);
  }
  const at = random.below(fields.length);
  const field = random.pick(fields);
  const encoded = (change: (one: Field) => Buffer) =>
    Buffer.concat(fields.map((one, index) => (index === at ? change(one) : encode(one))));
  switch (random.below(5)) {
    case 0:
      return Buffer.concat(mutateList(fields, random).map(encode));
    case 1:
      return encoded((one) => encode({ ...one, number: field.number }));
    case 2:
      return encoded((one) => encode({ ...one, wire: random.below(8) }));
    case 3:
      return encoded((one) => encode(one, random.pick([0, 1, 127, 2 ** 21, 2 ** 31, 2 ** 32 - 1])));
    default:
      return encoded((one) => encode({ ...one, body: changedBody(one, random) }));
  }
}

function changedBody({ wire, body }: Field, random: Random): Buffer {
  return wire === WIRE.bytes ? mutateMessage(body, random) : mutateBytes(body, random);
}

function encode({ number, wire, body }: Field, length = body.length): Buffer {
  const tag = varint(number * 8 + wire);
  return Buffer.concat(wire === WIRE.bytes ? [tag, varint(length), body] : [tag, body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Buffer.from([...bytes, left]);
}

function parse(bytes: Buffer): Field[] | null {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    if (tag === null) return null;
    const wire = tag.value % 8;
    const start = wire === WIRE.bytes ? readVarint(bytes, tag.end) : { value: 0, end: tag.end };
    if (start === null) return null;
    const end =
      wire === WIRE.varint
        ? readVarint(bytes, tag.end)?.end
        : start.end +
          { [WIRE.fixed64]: 8, [WIRE.bytes]: start.value, [WIRE.fixed32]: 4 }[wire as 1];
    if (end === undefined || !(end <= bytes.length)) return null;
    fields.push({ number: Math.floor(tag.value / 8), wire, body: bytes.subarray(start.end, end) });
    at = end;
  }
  return fields;
}

function readVarint(bytes: Buffer, from: number): { value: number; end: number } | null {
  let value = 0;
  for (let at = from; at < Math.min(bytes.length, from + 8); at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 128 ** (at - from);
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return null;
}

/** A strict reader for the part of DER that certificates and revocation lists use. */
import { DmError } from '../model/error.js';

export const DER_TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

export interface DerNode {
  /** The identifier byte: class, constructed bit and tag number. */
  readonly tag: number;
  readonly content: Buffer;
  /** Identifier, length and content. */
  readonly raw: Buffer;
}

export function malformed(what: string): DmError {
  return new DmError(
    'certificate_invalid',
    `malformed DER: ${what}; the file is damaged or not a certificate, ask for a new copy`,
  );
}

/** The one value that fills `bytes`; throws `certificate_invalid` when anything is left over. */
export function readDer(bytes: Buffer): DerNode {
  const node = readAt(bytes, 0);
  if (node.raw.length !== bytes.length) throw malformed('bytes after the end');
  return node;
}

/** The values inside a constructed value, in order. */
export function derChildren(node: DerNode): DerNode[] {
  if ((node.tag & 0x20) === 0) throw malformed(`tag ${node.tag} holds no other values`);
  const children: DerNode[] = [];
  for (let offset = 0; offset < node.content.length; ) {
    const child = readAt(node.content, offset);
    children.push(child);
    offset += child.raw.length;
  }
  return children;
}

/** `node` itself when it has the tag, else `certificate_invalid` naming `what`. */
export function expectTag(node: DerNode | undefined, tag: number, what: string): DerNode {
  if (node?.tag !== tag) throw malformed(`${what} is missing or of another type`);
  return node;
}

function readAt(bytes: Buffer, offset: number): DerNode {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) throw malformed('cut off');
  if ((tag & 0x1f) === 0x1f) throw malformed('a long tag');
  let start = offset + 2;
  let length = first;
  if (first >= 0x80) {
    const digits = first - 0x80;
    if (digits === 0 || digits > 4 || start + digits > bytes.length) throw malformed('bad length');
    length = bytes.readUIntBE(start, digits);
    start += digits;
    if (length < 0x80 || length < 2 ** (8 * (digits - 1))) throw malformed('bad length');
  }
  if (start + length > bytes.length) throw malformed('cut off');
  return {
    tag,
    content: bytes.subarray(start, start + length),
    raw: bytes.subarray(offset, start + length),
  };
}

/** Dotted form of an object identifier. */
export function derOid(node: DerNode | undefined): string {
  const { content } = expectTag(node, DER_TAG.oid, 'an object identifier');
  const arcs: bigint[] = [];
  let arc = 0n;
  let complete = false;
  for (const byte of content) {
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    complete = byte < 0x80;
    if (!complete) continue;
    if (arcs.length === 0) {
      const top = arc < 80n ? arc / 40n : 2n;
      arcs.push(top, arc - top * 40n);
    } else {
      arcs.push(arc);
    }
    arc = 0n;
  }
  if (!complete || content.length > 64) throw malformed('an object identifier');
  return arcs.join('.');
}

/**
 * An integer as upper-case hex of its magnitude, two digits a byte, without the
 * sign byte: serial numbers compare as text.
 */
export function derIntegerHex(node: DerNode | undefined): string {
  const { content } = expectTag(node, DER_TAG.integer, 'an integer');
  if (content.length === 0) throw malformed('an empty integer');
  const padded = content.length > 1 && content[0] === 0;
  return (padded ? content.subarray(1) : content).toString('hex').toUpperCase();
}

export function derBoolean(node: DerNode): boolean {
  const { content } = expectTag(node, DER_TAG.boolean, 'a boolean');
  if (content.length !== 1) throw malformed('a boolean');
  return content[0] !== 0;
}

/** The bytes of a bit string whose length is whole bytes, as signatures and keys are. */
export function derBitStringBytes(node: DerNode | undefined): Buffer {
  const { content } = expectTag(node, DER_TAG.bitString, 'a bit string');
  if (content[0] !== 0) throw malformed('a bit string');
  return content.subarray(1);
}

export function derTime(node: DerNode | undefined): Date {
  const text = node?.content.toString('latin1') ?? '';
  const pattern =
    node?.tag === DER_TAG.utcTime
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
      : node?.tag === DER_TAG.generalizedTime
        ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
        : null;
  const match = pattern?.exec(text);
  if (!match) throw malformed('a time');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map(Number);
  const century = node?.tag === DER_TAG.generalizedTime ? 0 : year < 50 ? 2000 : 1900;
  const iso = `${String(century + year).padStart(4, '0')}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}Z`;
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) throw malformed('a time');
  return time;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

import { expect } from 'chai';
import fc from 'fast-check';
import { decodeBinding, encodeBinding } from '../../../src/catalog/maps/bindings.js';
import {
  decodeContentKey,
  decodeContentValue,
  encodeContentKey,
  encodeContentValue,
} from '../../../src/catalog/maps/content.js';
import {
  decodeEntryKey,
  decodeEntryValue,
  encodeEntryKey,
  encodeEntryValue,
} from '../../../src/catalog/maps/entries.js';
import { decodeException, encodeException } from '../../../src/catalog/maps/exceptions.js';
import { decodeGfidKey, encodeGfidKey } from '../../../src/catalog/maps/gfid-key.js';
import {
  decodeInoKey,
  decodeInoValue,
  encodeInoKey,
  encodeInoValue,
} from '../../../src/catalog/maps/inode-index.js';
import {
  decodeInode,
  encodeInode,
  inodeParent,
  inodeSize,
  inodeType,
  inodeVersion,
} from '../../../src/catalog/maps/inodes.js';
import { decodeLinkKey, encodeLinkKey } from '../../../src/catalog/maps/links.js';
import { decodeSide, encodeSide } from '../../../src/catalog/maps/side.js';
import { DmError } from '../../../src/model/error.js';
import type { Gfid } from '../../../src/model/ids.js';
import { FILE_TYPES, type FileType, type Inode } from '../../../src/model/inode.js';

const U64_MAX = (1n << 64n) - 1n;
const gfid = fc.bigInt({ min: 1n, max: U64_MAX }).map((value) => value as Gfid);
const u64 = fc.oneof(fc.bigInt({ min: 0n, max: U64_MAX }), fc.constantFrom(0n, 1n, U64_MAX));
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value));
const time = fc.oneof(
  fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  fc.bigInt({ min: -(1n << 94n), max: 1n << 94n }),
  fc.constantFrom(0n, -1n, -(1n << 63n), 1n << 63n, -(1n << 63n) + 1n),
);
const type = fc.constantFrom(...(Object.keys(FILE_TYPES) as FileType[]));
const text = fc.string({ maxLength: 12, unit: 'grapheme' });

const inode: fc.Arbitrary<Inode> = fc.record({
  type,
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: u32,
  gid: u32,
  userName: text,
  groupName: text,
  rdevMajor: fc.constantFrom(0, 8, 2 ** 32 - 1),
  rdevMinor: fc.constantFrom(0, 1),
  size: u64,
  mtimeNs: time,
  btimeNs: time,
  flags: fc.constantFrom(0, 16, 2 ** 32 - 1),
  xattrs: fc
    .uniqueArray(fc.record({ name: bytes, value: bytes }), {
      selector: ({ name }) => name.toString('hex'),
      maxLength: 4,
    })
    .map((xattrs) => xattrs.sort((a, b) => Buffer.compare(a.name, b.name))),
  symlinkTarget: bytes,
  version: u64,
  parent: gfid,
  name: bytes,
  nlink: fc.integer({ min: 1, max: 70_000 }),
});

function codeOf(action: () => unknown): string {
  try {
    action();
    return 'no error';
  } catch (error) {
    if (error instanceof DmError) return error.code;
    throw error;
  }
}

describe('catalog records', () => {
  it('inodes come back whole, and the quick readers agree', () => {
    fc.assert(
      fc.property(inode, (value) => {
        const encoded = encodeInode(value);
        expect(decodeInode(encoded)).to.deep.equal(value);
        expect(inodeType(encoded)).to.equal(value.type);
        expect(inodeParent(encoded)).to.equal(value.parent);
        expect(inodeVersion(encoded)).to.equal(value.version);
        expect(inodeSize(encoded)).to.equal(value.size);
      }),
      { numRuns: 300 },
    );
  });

  it('equal inodes have equal bytes whatever the order of their xattrs', () => {
    fc.assert(
      fc.property(inode, (value) => {
        const turned = { ...value, xattrs: [...value.xattrs].reverse() };
        expect(encodeInode(turned)).to.deep.equal(encodeInode(value));
      }),
    );
  });

  it('keys come back and sort like what they are made of', () => {
    fc.assert(
      fc.property(gfid, gfid, u32, bytes, (a, b, leaf, name) => {
        expect(decodeGfidKey(encodeGfidKey(a))).to.equal(a);
        expect(decodeInoKey(encodeInoKey(a))).to.equal(a);
        expect(decodeInoValue(encodeInoValue(a))).to.equal(a);
        expect(decodeEntryKey(encodeEntryKey(a, name))).to.deep.equal({ parent: a, name });
        expect(decodeLinkKey(encodeLinkKey(a, b, name))).to.deep.equal({
          gfid: a,
          parent: b,
          name,
        });
        expect(decodeContentKey(encodeContentKey(a, leaf))).to.deep.equal({ gfid: a, leaf });
        const order = Buffer.compare(encodeEntryKey(a, name), encodeEntryKey(b, name));
        expect(order).to.equal(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it('other values come back', () => {
    const binding = fc.record({
      ino: u64,
      btimeNs: time,
      generation: u32,
      size: u64,
      mtimeNs: time,
      ctimeNs: time,
      version: u64,
    });
    fc.assert(
      fc.property(binding, gfid, type, text, bytes, (value, id, kind, code, message) => {
        expect(decodeBinding(encodeBinding(value))).to.deep.equal(value);
        const times = { atimeNs: value.mtimeNs, ctimeNs: value.ctimeNs };
        expect(decodeSide(encodeSide(times))).to.deep.equal(times);
        expect(decodeEntryValue(encodeEntryValue(id, kind))).to.deep.equal({
          gfid: id,
          type: kind,
        });
        expect(decodeException(encodeException({ code, message }))).to.deep.equal({
          code,
          message,
        });
      }),
    );
    const digest = Buffer.alloc(32, 7);
    expect(decodeContentValue(encodeContentValue(digest))).to.deep.equal(digest);
    expect(decodeContentValue(encodeContentValue(null))).to.equal(null);
  });

  it('truncated and foreign bytes are corrupt, never anything else', () => {
    const decoders = [
      decodeInode,
      inodeType,
      inodeParent,
      inodeVersion,
      inodeSize,
      decodeBinding,
      decodeSide,
      decodeException,
      decodeEntryKey,
      decodeEntryValue,
      decodeLinkKey,
      decodeContentKey,
      decodeContentValue,
      decodeGfidKey,
      decodeInoKey,
      decodeInoValue,
    ];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (foreign) => {
        for (const decode of decoders) {
          expect(codeOf(() => decode(foreign))).to.be.oneOf(['corrupt', 'no error']);
        }
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(inode, fc.nat(), (value, cut) => {
        const encoded = encodeInode(value);
        const short = encoded.subarray(0, cut % encoded.length);
        expect(codeOf(() => decodeInode(short))).to.equal('corrupt');
        const long = Buffer.concat([encoded, Buffer.of(0)]);
        expect(codeOf(() => decodeInode(long))).to.equal('corrupt');
      }),
    );
  });

  it('an encoder that failed leaves nothing behind for the next', () => {
    const [sample] = fc.sample(inode, { numRuns: 1, seed: 1 });
    if (sample === undefined) throw new Error('no sample');
    const encoded = encodeInode(sample);
    expect(() => encodeInode({ ...sample, uid: -1 })).to.throw();
    expect(encodeInode(sample)).to.deep.equal(encoded);
  });
});

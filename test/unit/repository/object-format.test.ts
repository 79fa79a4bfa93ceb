import { expect } from 'chai';
import { parsePackId } from '../../../src/catalog/page-store.js';
import { DmError } from '../../../src/model/error.js';
import type { Gfid } from '../../../src/model/ids.js';
import { JsonFields } from '../../../src/model/json-fields.js';
import { parseDoomedList, serialiseDoomedList } from '../../../src/repository/doomed-list.js';
import { decodeFrame, decodePageFrame } from '../../../src/repository/frame-codec.js';
import {
  parseWrappedKey,
  secretOf,
  unwrapMasterKey,
  wrappedKeyJson,
} from '../../../src/repository/master-key.js';
import { parseNumber, serialiseNumber } from '../../../src/repository/number-object.js';
import {
  datasetOfKey,
  numberKey,
  numberOfKey,
  RepositoryLayout,
} from '../../../src/repository/object-layout.js';
import { checkObjectPackHeader } from '../../../src/repository/object-pack-format.js';
import { openRecordObject, recordObject } from '../../../src/repository/record-object.js';
import { verifyRecord } from '../../../src/repository/record-signature.js';
import {
  parseRepositoryFormat,
  serialiseRepositoryFormat,
} from '../../../src/repository/repository-format.js';
import { parseRepositoryId } from '../../../src/repository/repository-id.js';
import { RepositoryKeys } from '../../../src/repository/repository-keys.js';
import {
  parseRepositoryRecord,
  type RepositoryRecord,
  serialiseRepositoryRecord,
} from '../../../src/repository/repository-record.js';
import {
  decodeExtent,
  decodeExtentKey,
  type Extent,
  encodeExtent,
  encodeExtentKey,
} from '../../../src/repository/segments-map.js';
import { type KeyKind, makeIdentity, spkiOf, testPki } from '../../support/certificates.js';
import { DATASET } from '../formats/format-values.js';

/*
 * Objects as they are in a store. When a test here fails, what older releases wrote can no
 * longer be read: raise the format, or undo the change.
 */

const REPOSITORY = parseRepositoryId('000102030405060708090a0b0c0d0e0f');
const PACK = parsePackId('1'.repeat(32));
const MASTER = Buffer.alloc(32, 7);
const ENCRYPTED = new RepositoryKeys(REPOSITORY, MASTER);
const PLAIN = new RepositoryKeys(REPOSITORY, null);
const RECORD_KEY = 'a/datasets/20240131T235959123Z-x';
const RAW = Buffer.alloc(300, 'datamover ');

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof DmError ? error.code : String(error);
  }
  return 'nothing thrown';
}

describe('object repository: formats', () => {
  it('places every object below the base path', () => {
    const layout = new RepositoryLayout(Buffer.from('/backup/a\\b\xff/', 'latin1'));
    expect(layout.format).to.equal('backup/a\\\\b\\xff/format.json');
    expect(layout.pack('data', PACK)).to.equal(`backup/a\\\\b\\xff/packs/data/${PACK}`);
    expect(layout.pack('pages', PACK)).to.equal(`backup/a\\\\b\\xff/packs/pages/${PACK}`);
    expect(layout.indexRun(PACK)).to.equal(`backup/a\\\\b\\xff/index/${PACK}`);
    expect(layout.doomedList(12)).to.equal('backup/a\\\\b\\xff/doomed/0000000012');
    const record = layout.dataset(1_706_745_599_123, DATASET.id);
    expect(record).to.equal(`backup/a\\\\b\\xff/datasets/20240131T235959123Z-${DATASET.id}`);
    expect(datasetOfKey(record)).to.equal(DATASET.id);
    expect(datasetOfKey(`${record}x`)).to.equal(null);
    expect(numberKey(42)).to.equal('numbers/0000000042');
    expect(numberOfKey('numbers/0000000042')).to.equal(42);
    for (const path of ['/', '', '/numbers/a', '/a/../b', `/${'x'.repeat(800)}`]) {
      expect(codeOf(() => new RepositoryLayout(Buffer.from(path)))).to.equal('target_forbidden');
    }
  });

  it('reads pack headers, and no others', () => {
    const data = bytes('444d4f5041434b0a000000020000000111111111111111111111111111111111');
    const pages = bytes('444d4f5041434b0a000000020000000211111111111111111111111111111111');
    checkObjectPackHeader(data, 'data', PACK);
    checkObjectPackHeader(pages, 'pages', PACK);
    expect(codeOf(() => checkObjectPackHeader(data, 'pages', PACK))).to.equal('corrupt');
  });

  it('reads raw, zstd and deflate frames', async () => {
    const zstd = bytes('0128b52ffd00588d000050646174616d6f7665722001001f550b12');
    const deflate = bytes('024b492c49cccd2f4b2d5248196511600100');
    expect(await decodeFrame(zstd, 300)).to.deep.equal(RAW);
    expect(await decodeFrame(deflate, 300)).to.deep.equal(RAW);
    expect(await decodeFrame(Buffer.concat([Buffer.of(0), RAW]), 300)).to.deep.equal(RAW);
    expect(decodePageFrame(deflate, 4096)).to.deep.equal(RAW);
    expect(codeOf(() => decodePageFrame(deflate, 299))).to.equal('corrupt');
    expect(codeOf(() => decodeFrame(Buffer.of(3, 1), 1))).to.equal('corrupt');
    const failures = [zstd.subarray(0, -1), zstd].map((frame, length) =>
      Promise.resolve(decodeFrame(frame, 299 + length * 2)).then(
        () => 'read',
        (error: DmError) => error.code,
      ),
    );
    expect(await Promise.all(failures)).to.deep.equal(['corrupt', 'corrupt']);
  });

  it('opens sealed frames at their place only', () => {
    const data = { kind: 'data', pack: PACK, offset: 32 } as const;
    const pages = { kind: 'pages', pack: PACK, offset: 2 ** 33 } as const;
    const sealed = bytes('553620bf93070a717d828eb619b35e94aa25c466');
    expect(ENCRYPTED.open(sealed, data)).to.deep.equal(bytes('00616263'));
    expect(ENCRYPTED.seal(bytes('00616263'), data)).to.deep.equal(sealed);
    const other = bytes('328c91a83c8663b21ca61c93b95bcd88a4ea5a10');
    expect(ENCRYPTED.open(other, pages)).to.deep.equal(bytes('00616263'));
    expect(codeOf(() => ENCRYPTED.open(sealed, pages))).to.equal('corrupt');
    expect(codeOf(() => ENCRYPTED.open(sealed, { ...data, offset: 33 }))).to.equal('corrupt');
    expect(codeOf(() => ENCRYPTED.open(Buffer.alloc(16), data))).to.equal('corrupt');
  });

  it('names segments by BLAKE3, keyed when the repository is encrypted', () => {
    const segment = Buffer.from('segment');
    expect(PLAIN.digest(segment).toString('hex')).to.equal(
      '5a48604cfa203c785d8fa2dfb6389c72223011766efdcf837d63340af718ab69',
    );
    const keyed = '4510ae8f2a1d711e329c0c0c882472f63fba8c5c4485ee3e6ac05926393fa111';
    expect(ENCRYPTED.digest(segment).toString('hex')).to.equal(keyed);
    expect(ENCRYPTED.hasher().update(segment).digestBuffer().toString('hex')).to.equal(keyed);
  });

  it('unwraps the master key for its secret only', async () => {
    const json = {
      id: '61b092f1',
      scrypt: { logN: 17, r: 8, p: 1 },
      salt: 'abp55hLbwVk2lH+9SQ/MWw==',
      wrapped: 'z1rsRU9d7SszBs6ShgpW9Z+P8j5B5nF0A73woklYrecEOLVcV21S2CZRC6MYf8vJl9NgqrMwyeo3ZfN+',
    };
    const key = parseWrappedKey(new JsonFields('key', json));
    expect(wrappedKeyJson(key)).to.deep.equal(json);
    const secret = secretOf(Buffer.from('correct horse battery\r\n'));
    expect(await unwrapMasterKey([key], secret, REPOSITORY)).to.deep.equal({
      master: MASTER,
      id: '61b092f1',
    });
    expect(await unwrapMasterKey([key], Buffer.from('wrong horse'), REPOSITORY)).to.equal(null);
    const costly = { ...json, scrypt: { logN: 40, r: 8, p: 1 } };
    expect(codeOf(() => parseWrappedKey(new JsonFields('key', costly)))).to.equal('corrupt');
    expect(codeOf(() => secretOf(Buffer.from('short\n')))).to.equal('invalid_argument');
  });

  it('reads and writes extents', () => {
    const key = '00000000000001230000000100000000';
    expect(encodeExtentKey(0x123n as Gfid, 1n << 32n).toString('hex')).to.equal(key);
    expect(decodeExtentKey(bytes(key))).to.deep.equal({ gfid: 0x123n, offset: 1n << 32n });
    const hole = { length: 1n << 40n, segment: null };
    expect(encodeExtent(hole).toString('hex')).to.equal('80808080802000');
    const plain: Extent = { length: 65_536n, segment: null, isPlain: true };
    expect(encodeExtent(plain).toString('hex')).to.equal('80800403');
    expect(decodeExtent(encodeExtent(plain))).to.deep.equal(plain);
    const long = Buffer.from('8180' + '40' + '03', 'hex');
    expect(() => decodeExtent(long)).to.throw('too long');
    expect(decodeExtent(bytes('80808080802000'))).to.deep.equal(hole);
    const digest = 'ab'.repeat(32);
    const value = `802001${digest}8040${PACK}f0a204b817808004`;
    const extent = {
      length: 4096n,
      start: 8192,
      digest: bytes(digest),
      segment: {
        ...{ pack: PACK, offset: 70_000, length: 3000 },
        ...{ frameStart: 0, frameLength: 65_536, rawLength: 65_536 },
      },
    };
    expect(encodeExtent(extent).toString('hex')).to.equal(value);
    expect(decodeExtent(bytes(value))).to.deep.equal(extent);
    const among = { ...extent.segment, frameStart: 100, frameLength: 70_000 };
    const shared = `802002${digest}8040${PACK}f0a204b81780800464f0a204`;
    expect(encodeExtent({ ...extent, segment: among }).toString('hex')).to.equal(shared);
    expect(decodeExtent(bytes(shared))).to.deep.equal({ ...extent, segment: among });
    const outside = encodeExtent({ ...extent, segment: { ...among, frameStart: 4465 } });
    expect(codeOf(() => decodeExtent(outside))).to.equal('corrupt');
    const beyond = encodeExtent({ ...extent, start: 65_536 - 4095 });
    expect(codeOf(() => decodeExtent(beyond))).to.equal('corrupt');
    expect(codeOf(() => decodeExtent(bytes(`${value}00`)))).to.equal('corrupt');
  });

  it('reads and writes format.json', () => {
    const plain = `{"format":1,"repository":"${REPOSITORY}","createdAtMs":1700000000123,"encryption":null}`;
    expect(serialiseRepositoryFormat(parseRepositoryFormat(plain, 'it'))).to.equal(plain);
    const encrypted = plain.replace(
      'null}',
      '{"cipher":"aes-256-gcm","kdf":"hkdf-sha256","digest":"blake3-keyed","keys":[{"id":"61b092f1",' +
        '"scrypt":{"logN":17,"r":8,"p":1},"salt":"abp55hLbwVk2lH+9SQ/MWw==","wrapped":' +
        '"z1rsRU9d7SszBs6ShgpW9Z+P8j5B5nF0A73woklYrecEOLVcV21S2CZRC6MYf8vJl9NgqrMwyeo3ZfN+"}]}}',
    );
    expect(serialiseRepositoryFormat(parseRepositoryFormat(encrypted, 'it'))).to.equal(encrypted);
    const newer = plain.replace('"format":1', '"format":2');
    expect(codeOf(() => parseRepositoryFormat(newer, 'it'))).to.equal('state_version');
    const other = encrypted.replace('aes-256-gcm', 'rot13');
    expect(codeOf(() => parseRepositoryFormat(other, 'it'))).to.equal('state_version');
  });

  it('reads and writes dataset records', () => {
    const { maps, retention, warnings, committedAtMs, expiresAtMs, subpaths } = DATASET;
    const record: RepositoryRecord = {
      ...identity(),
      number: 7,
      state: 'COMPLETE_PARTIAL',
      basePath: Buffer.from('/backup/data'),
      subpaths,
      maps: { ...maps, segments: maps.side },
      warnings,
      committedAtMs,
      retention,
      expiresAtMs,
      storedBytes: 123_456,
    };
    const text = serialiseRepositoryRecord(record);
    expect(text.slice(0, 60)).to.equal(
      '{"format":1,"id":"0123456789abcdef0123456789abcdef","tree":"',
    );
    expect(text.slice(text.indexOf('"excludes"'), text.indexOf('"maps"'))).to.equal(
      '"excludes":["*.tmp","/cache/"],"number":7,"state":"COMPLETE_PARTIAL",' +
        '"basePath":"L2JhY2t1cC9kYXRh","subpaths":["YS9i","/g=="],',
    );
    expect(text.slice(text.indexOf('"segments"'))).to.equal(
      '"segments":{"digest":"4444444444444444444444444444444444444444444444444444444444444444",' +
        '"locator":{"pack":"44444444444444444444444444444444","offset":12320,"length":4096},' +
        '"count":3,"height":1}},"warnings":[{"path":"bW50","code":"mount_point"}],' +
        '"committedAtMs":1700000100456,"retention":{"periodSeconds":86400,"reserve":2},' +
        '"expiresAtMs":1700086500456,"storedBytes":123456}',
    );
    expect(parseRepositoryRecord(text, 'it')).to.deep.equal(record);
    const gone = text.replace('"number":7,', '');
    expect(codeOf(() => parseRepositoryRecord(gone, 'it'))).to.equal('corrupt');
  });

  it('opens a sealed record at its key only', () => {
    const text =
      '{"format":1,"record":null,"sealed":"dlKZhw0ZDafuQKAlZAo0+mdby4xiO20XUiaqZWr7NHr2xTmdDHkCxA==","digest":"743ffdcaff91d533a5431b34709ac65faf1c8b87d45b63f6734b280826c219da","signature":null}';
    const place = { repository: REPOSITORY, key: RECORD_KEY };
    const opened = openRecordObject(text, place, { keys: ENCRYPTED });
    expect(opened).to.deep.equal({ record: '{"format":1}', signature: null });
    const elsewhere = { ...place, key: 'b/datasets/x' };
    expect(codeOf(() => openRecordObject(text, elsewhere, { keys: ENCRYPTED }))).to.equal(
      'corrupt',
    );
    expect(codeOf(() => openRecordObject(text, place, { keys: PLAIN }))).to.equal('corrupt');
  });

  for (const keyKind of ['ec', 'rsa2048', 'ed25519'] satisfies KeyKind[]) {
    it(`signs records with a key of kind ${keyKind}`, () => {
      const identity = makeIdentity(testPki().ca, { key: keyKind });
      const place = { repository: REPOSITORY, key: RECORD_KEY };
      const signer = { certificates: identity.certPem, key: identity.key };
      const text = recordObject('{"a":1}', place, { keys: PLAIN, signer });
      const { record, signature } = openRecordObject(text, place, { keys: PLAIN });
      expect(record).to.equal('{"a":1}');
      if (signature === null) throw new Error('the record is not signed');
      expect(verifyRecord({ ...place, record }, signature)?.spki).to.equal(spkiOf(identity));
      expect(verifyRecord({ ...place, record: '{"a":2}' }, signature)).to.equal(null);
      expect(verifyRecord({ ...place, record, key: 'other' }, signature)).to.equal(null);
      // Not from the front: a number that begins with a zero is the same without it.
      const cut = { ...signature, value: signature.value.subarray(0, -1) };
      expect(verifyRecord({ ...place, record }, cut)).to.equal(null);
      // OpenSSL takes this label for a certificate too, and who judges the certificates passes over it.
      const hidden = identity.certPem.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE');
      const shown = makeIdentity(testPki().ca, { name: 'somebody' }).certPem;
      const behind = { ...signature, certificates: hidden + shown };
      expect(verifyRecord({ ...place, record }, behind)).to.equal(null);
    });
  }

  it('reads and writes numbers and doomed lists', () => {
    const number =
      '{"format":1,"basePath":"L2JhY2t1cA==","tree":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",' +
      '"dataset":"0123456789abcdef0123456789abcdef","record":"backup/datasets/x"}';
    expect(serialiseNumber(parseNumber(number, 'it'))).to.equal(number);
    const doomed = `{"format":1,"doomedAtMs":1700000000123,"owner":"${'0'.repeat(36)}","finishedAtMs":null,"data":["${PACK}"],"pages":[],"digest":"41154531126322e1ddb9dfffb62c5b58f59b05e7753523f7c50898a415bba8ce"}`;
    expect(parseDoomedList(doomed, 'it').packs).to.deep.equal({ data: [PACK], pages: [] });
    expect(serialiseDoomedList(parseDoomedList(doomed, 'it'))).to.equal(doomed);
    expect(codeOf(() => parseDoomedList(doomed.replace(PACK, 'x'), 'it'))).to.equal('corrupt');
  });
});

function identity() {
  const { id, tree, parents, rootDigest, contentDigest, contentDigestState, name } = DATASET;
  const { originSystem, originBasePath, createdAtMs, entries, bytes, incarnations } = DATASET;
  const { excludes } = DATASET;
  return {
    ...{ id, tree, parents, rootDigest, contentDigest, contentDigestState, name, originSystem },
    ...{ originBasePath, createdAtMs, entries, bytes, incarnations, excludes },
  };
}

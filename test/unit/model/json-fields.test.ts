import { expect } from 'chai';
import { JsonFields, toBase64 } from '../../../src/model/json-fields.js';

describe('fields of a record', () => {
  it('give back the bytes that were stored, of any length', () => {
    for (let length = 0; length < 300; length++) {
      const bytes = Buffer.alloc(length, length);
      const fields = new JsonFields('it', { path: toBase64(bytes) });
      expect(fields.bytes('path')).to.deep.equal(bytes);
    }
  });

  it('keep no more memory than their bytes, however long they are kept', () => {
    const value = toBase64(Buffer.from('/srv/data/tree'));
    const fields = new JsonFields('it', { path: value, subpaths: [value, value] });
    for (const bytes of [fields.bytes('path'), ...fields.bytesList('subpaths')]) {
      expect(bytes.buffer.byteLength).to.be.at.most(16);
    }
  });

  for (const [value, kind] of [
    ...['A', 'AA=', 'A A=', 'AAAA\n', '-_=='].map((text) => [text, 'base64'] as const),
    [7, 'a string'],
    [null, 'a string'],
  ] as const) {
    it(`are refused as damaged when bytes are ${JSON.stringify(value)}`, () => {
      const fields = new JsonFields('it', { path: value });
      expect(() => fields.bytes('path')).to.throw(`it: path is not ${kind}`);
    });
  }
});

import { expect } from 'chai';
import { http2Flaw } from '../../../src/rpc/http2-flaw.js';

describe('flaw of the HTTP/2 library', () => {
  for (const version of ['1.61.0', '1.68.0', '1.9.2', '0.99.9']) {
    it(`is told of ${version}, with what to do`, () => {
      expect(http2Flaw(version)).to.contain(`nghttp2 ${version}`).and.contain('Node 24');
    });
  }
  for (const version of ['1.68.1', '1.69.0', '1.70.0', '2.0.0']) {
    it(`is none of ${version}`, () => {
      expect(http2Flaw(version)).to.equal(null);
    });
  }
});

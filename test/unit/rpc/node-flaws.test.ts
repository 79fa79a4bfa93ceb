import { expect } from 'chai';
import { nodeFlaws } from '../../../src/rpc/node-flaws.js';

describe('flaws of Node', () => {
  for (const nghttp2 of ['1.61.0', '1.68.0', '1.9.2', '0.99.9']) {
    it(`are told of nghttp2 ${nghttp2}, with what to do`, () => {
      const [flaw, ...others] = nodeFlaws({ node: '20.20.2', nghttp2 });
      expect(flaw).to.contain(`nghttp2 ${nghttp2}`).and.contain('Node 22');
      expect(others).to.deep.equal([]);
    });
  }
  for (const nghttp2 of ['1.68.1', '1.69.0', '1.70.0', '2.0.0']) {
    it(`are none of nghttp2 ${nghttp2}`, () => {
      expect(nodeFlaws({ node: '22.23.3', nghttp2 })).to.deep.equal([]);
    });
  }
  it('are told of the release that keeps the chains of clients', () => {
    const [flaw, ...others] = nodeFlaws({ node: '24.21.0', nghttp2: '1.70.0' });
    expect(flaw).to.contain('Node 24.21.0').and.contain('intermediate CA');
    expect(others).to.deep.equal([]);
  });
});

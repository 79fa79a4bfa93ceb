import { expect } from 'chai';
import { Lru } from '../../../src/util/lru.js';

describe('lru', () => {
  it('forgets what was used least recently when the weights exceed the capacity', () => {
    const evicted: string[] = [];
    const lru = new Lru<string, number>(
      10,
      (value) => value,
      (key) => evicted.push(key),
    );
    lru.set('a', 4);
    lru.set('b', 4);
    lru.get('a');
    lru.set('c', 4);
    expect(evicted).to.deep.equal(['b']);
    expect([lru.get('a'), lru.get('b'), lru.get('c')]).to.deep.equal([4, undefined, 4]);
    lru.set('a', 6);
    expect([lru.size, lru.weight]).to.deep.equal([2, 10]);
    lru.set('huge', 11);
    expect([lru.size, lru.weight]).to.deep.equal([0, 0]);
    expect(evicted).to.deep.equal(['b', 'c', 'a', 'huge']);
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import {
  componentOf,
  fileNameOf,
  isTemporary,
} from '../../../../../src/endpoint/object/store/directory/file-name.js';
import { compareKeys } from '../../../../../src/endpoint/object/store/object-key.js';

/** Texts of characters that make trouble, and of any others. */
const component = fc.oneof(
  fc.string({
    unit: fc.constantFrom('%', '.', '2', 'E', '5', 't', 'h', 'm', 'n', 'a'),
    maxLength: 70,
  }),
  fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => text.replace(/[/\0]/g, '_')),
);

describe('names of objects', () => {
  it('each component has one name that no other has, which every file system takes', () => {
    fc.assert(
      fc.property(component, component, (a, b) => {
        const name = fileNameOf(a);
        expect(Buffer.byteLength(`%m${name}`)).to.be.within(1, 255);
        expect(name)
          .to.not.match(/[/\0]/)
          .and.not.match(/^\.{0,2}$/);
        expect(isTemporary(name)).to.equal(false);
        expect(componentOf(name)).to.be.oneOf([a, 'long']);
        if (a !== b) expect(name).to.not.equal(fileNameOf(b));
      }),
      { numRuns: 2_000 },
    );
  });

  it('a name that no key gives is no object', () => {
    for (const name of [
      '%mfile',
      `%n${'0'.repeat(64)}`,
      `%t${'0'.repeat(32)}`,
      '%2e',
      'a%',
      '%x',
    ]) {
      expect(componentOf(name), name).to.equal(null);
    }
  });

  it('keys are ordered as their bytes are', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('a', '/', '\ue000', '\uffff', '😀', 'é')),
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareKeys(a, b))).to.equal(bytes);
      }),
      { numRuns: 1_000 },
    );
  });
});

import { expect } from 'chai';
import { parseEscaped } from '../../../src/util/escape.js';
import { escapeRawArguments } from '../../../src/util/raw-arguments.js';

/** As /proc/self/cmdline has a program and its words, and as Node gives the words. */
function given(...words: readonly (string | Buffer)[]): { words: string[]; bytes: Buffer } {
  const raw = words.map((word) => Buffer.from(word));
  const bytes = ['node', '/dm.js', ...raw].flatMap((part) => [Buffer.from(part), Buffer.alloc(1)]);
  return { words: raw.map((word) => word.toString()), bytes: Buffer.concat(bytes) };
}

describe('words of a command line', () => {
  const latin = Buffer.from('/srv/caf\xe9', 'latin1');

  it('that are no UTF-8 are escaped, and mean the same bytes', () => {
    const { words, bytes } = given('restore', latin, 'Ü', '');
    expect(escapeRawArguments(words, bytes)).to.deep.equal(['restore', '/srv/caf\\xe9', 'Ü', '']);
    const odd = Buffer.from('a\\x41\xff\xfe\\', 'latin1');
    const [escaped = ''] = escapeRawArguments(given(odd).words, given(odd).bytes);
    expect(parseEscaped(escaped)).to.deep.equal(odd);
  });

  it('that are UTF-8 stay, a real replacement character and escapes too', () => {
    const { words, bytes } = given('\ufffd', 'a\\x41', latin);
    expect(escapeRawArguments(words, bytes).slice(0, 2)).to.deep.equal(['\ufffd', 'a\\x41']);
  });

  it('stay as they are where the bytes are of other words', () => {
    const { words } = given(latin);
    expect(escapeRawArguments(words, given('dm (secret hidden)').bytes)).to.deep.equal(words);
    expect(escapeRawArguments(words, Buffer.alloc(0))).to.deep.equal(words);
  });
});

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeSource, FIRST_FILES, SECOND_FILES } from '../../../../contract/source-contract.js';
import { CompressedSource } from '../../../../support/compressed-source.js';
import { ObjectFixture } from '../receive/object-fixture.js';

describeSource('object', () => fixtureWith(null));
describeSource('encrypted object', () => fixtureWith(Buffer.alloc(32, 7)));
describeSource('object, compressed', async () => {
  const fixture = await fixtureWith(null);
  return { ...fixture, source: new CompressedSource(fixture.source) };
});

async function fixtureWith(secret: Uint8Array | null) {
  const fixture = new ObjectFixture();
  fixture.secret = secret;
  const { source } = fixture.copy;
  fill(source, FIRST_FILES, {});
  const first = await fixture.backUp();
  for (const name of Object.keys(FIRST_FILES)) {
    if (!(name in SECOND_FILES)) rmSync(join(source, name));
  }
  fill(source, SECOND_FILES, FIRST_FILES);
  const second = await fixture.backUp();
  if (first.dataset === null || second.dataset === null) throw new Error('no backup was made');
  return {
    source: await fixture.makeSource(),
    first: first.dataset,
    second: second.dataset,
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}

type Files = Readonly<Record<string, Buffer>>;

/** Writes the files that are not among the former ones: what is not written to has not changed. */
function fill(directory: string, files: Files, former: Files): void {
  for (const [name, content] of Object.entries(files)) {
    if (former[name]?.equals(content)) continue;
    mkdirSync(join(directory, dirname(name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

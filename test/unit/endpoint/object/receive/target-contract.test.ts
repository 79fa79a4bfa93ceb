import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CompressionSwitch } from '../../../../../src/endpoint/compression/compression-switch.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { describeTarget, type TargetFixture } from '../../../../contract/target-contract.js';
import { RepositoryReader } from '../../../../support/repository-reader.js';
import { ObjectFixture } from './object-fixture.js';

describeTarget('object', () => fixtureWith(null));
describeTarget('object, compressed', () => {
  const compression = new CompressionSwitch();
  compression.turn(true);
  return fixtureWith(compression);
});

async function fixtureWith(compression: CompressionSwitch | null): Promise<TargetFixture> {
  const fixture = new ObjectFixture();
  fixture.copy.sh(
    'mkdir d; for i in $(seq 300); do echo $i > d/$i; done; head -c 3000000 /dev/urandom > big',
  );
  const first = await fixture.copy.capture();
  const firstFiles = filesBelow(fixture.copy.source);
  fixture.copy.sh('echo more >> d/1; mv d/2 two; rm d/3; echo new > new');
  const second = await fixture.copy.capture();
  const secondFiles = filesBelow(fixture.copy.source);
  let paths = 0;
  return {
    target: await fixture.makeTarget(),
    origin: fixture.copy.makeSource(),
    first,
    second,
    ...(compression !== null && { compression }),
    freePath: () => Buffer.from(`free-${++paths}`),
    filesAt: async (path) => filesOfNewest(fixture.directory, Buffer.from(path).toString()),
    filesOf: async (dataset: DatasetInfo) => (dataset.id === first.id ? firstFiles : secondFiles),
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}

async function filesOfNewest(store: string, basePath: string): Promise<Map<string, Buffer>> {
  if (!existsSync(join(store, basePath, 'datasets'))) return new Map();
  const reader = new RepositoryReader(store, basePath);
  const newest = reader.records().at(-1);
  return newest === undefined ? new Map() : reader.files(newest);
}

function filesBelow(directory: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const name of readdirSync(directory, { recursive: true }) as string[]) {
    const path = join(directory, name);
    if (statSync(path).isFile()) files.set(relative(directory, path), readFileSync(path));
  }
  return files;
}

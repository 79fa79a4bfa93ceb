import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { describeTarget, type TargetFixture } from '../../../../contract/target-contract.js';
import { CopyFixture } from './copy-fixture.js';

describeTarget('local', async (): Promise<TargetFixture> => {
  const fixture = new CopyFixture(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
  fixture.sh(
    'mkdir d; for i in $(seq 300); do echo $i > d/$i; done; head -c 3000000 /dev/urandom > big',
  );
  const first = await fixture.capture();
  const firstFiles = filesBelow(fixture.source);
  fixture.sh('echo more >> d/1; mv d/2 two; rm d/3; echo new > new');
  const second = await fixture.capture();
  const secondFiles = filesBelow(fixture.source);
  let paths = 0;
  return {
    target: fixture.makeTarget(),
    origin: fixture.makeSource(),
    first,
    second,
    freePath: () => Buffer.from(join(fixture.parent, `free-${++paths}`)),
    filesAt: async (path) => filesBelow(Buffer.from(path).toString()),
    filesOf: async (dataset: DatasetInfo) => (dataset.id === first.id ? firstFiles : secondFiles),
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
});

function filesBelow(directory: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  if (!existsSync(directory)) return files;
  for (const name of readdirSync(directory, { recursive: true }) as string[]) {
    const path = join(directory, name);
    if (statSync(path).isFile()) files.set(relative(directory, path), readFileSync(path));
  }
  return files;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of its own for one test; gone with everything in it when disposed. */
export class TempDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'dm-test-'));

  join(...names: string[]): string {
    return join(this.path, ...names);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

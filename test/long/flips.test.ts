import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Random } from '../support/e2e-random.js';
import { FLIP_KINDS, type FlipKind, FlipRun } from '../support/flip-run.js';
import { PruneFixture } from '../unit/endpoint/object/prune/prune-fixture.js';
import { BASE_PATH } from '../unit/endpoint/object/receive/object-fixture.js';

const FLIPS = Number(process.env.DM_FLIPS ?? 10_000);
const SEED = Number(process.env.DM_SEED ?? Math.floor(Math.random() * 2 ** 31));
/**
 * Its keys are made to take long: of an encrypted repository one flip in so many is in format.json.
 */
const ENCRYPTED_FORMAT_EVERY = 200;

/** Flips of these kinds are found wherever they are. */
const ALWAYS_FOUND: readonly FlipKind[] = ['datasets', 'index'];

describe(`bit flips (DM_SEED=${SEED})`, function () {
  this.timeout(0);

  for (const secret of [null, Buffer.alloc(32, 9)]) {
    it(`in ${secret === null ? 'a plain' : 'an encrypted'} repository are found, or harm nothing`, async () => {
      const fixture = new PruneFixture();
      const workPath = mkdtempSync(join(tmpdir(), 'flips-work-'));
      try {
        fixture.secret = secret;
        fixture.copy.sh(
          'mkdir d; for i in 1 2 3 4; do seq $i 900 > d/$i; done; head -c 20000 /dev/urandom > noise;' +
            'truncate -s 200000 holes; echo end >> holes; ln -s $(head -c 3000 /dev/zero | tr "\\0" x | fold -w 200 | paste -sd /) far',
        );
        await fixture.backUp();
        fixture.copy.sh('seq 5000 > d/1; mv d/2 two; rm d/3');
        await fixture.backUp();
        // A list of doomed packs that is not carried out yet.
        fixture.copy.sh('head -c 9000 /dev/urandom > gone');
        await fixture.backUp();
        await fixture.deleteRecord(2);
        await fixture.prune({ graceMs: 86_400_000, wait: false, repackBelow: 0 });
        const options = {
          directory: fixture.directory,
          basePath: BASE_PATH,
          secret,
          datasets: [1, 2],
          workPath,
        };
        const store = await fixture.openStore();
        const modules = { store, masters: fixture.masters, random: new Random(SEED) };
        const run = await FlipRun.open(options, modules);
        const counts = new Map<FlipKind, { found: number; harmless: number }>(
          FLIP_KINDS.map((kind) => [kind, { found: 0, harmless: 0 }]),
        );
        for (let i = 0; i < FLIPS / 2; i++) {
          const isRare = secret !== null && i % ENCRYPTED_FORMAT_EVERY !== 0;
          const kinds = isRare ? FLIP_KINDS.filter((kind) => kind !== 'format.json') : FLIP_KINDS;
          const kind = kinds[i % kinds.length] ?? 'packs/data';
          const { outcome, file, offset, bit } = await run.flip(kind);
          const count = counts.get(kind);
          if (count !== undefined) count[outcome]++;
          if (outcome === 'harmless' && ALWAYS_FOUND.includes(kind)) {
            expect.fail(`bit ${bit} of byte ${offset} of ${file} was not found`);
          }
        }
        for (const [kind, { found, harmless }] of counts) {
          process.stdout.write(`${kind}: ${found} found, ${harmless} harmless\n`);
          if (kind !== 'format.json' && found + harmless > 0) expect(found).to.be.greaterThan(0);
        }
      } finally {
        rmSync(workPath, { recursive: true });
        await fixture[Symbol.asyncDispose]();
      }
    });
  }
});

import { Random } from '../support/e2e-random.js';
import { type FilesystemKind, withFilesystem } from '../support/filesystems.js';
import { Simulation } from '../support/simulation.js';

const DAYS = Number(process.env.DM_DAYS ?? 200);
const HOURS = Number(process.env.DM_HOURS ?? 24);
const SEED = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
const KINDS: readonly FilesystemKind[] = ['btrfs', 'xfs', 'ext4'];
const KIND = KINDS[SEED % KINDS.length] ?? 'btrfs';
const FILESYSTEM_MIB = 4_096;

describe('agents that protect a tree for many days (scripts/long-simulation.sh)', () => {
  const filesystem = withFilesystem(KIND, FILESYSTEM_MIB);

  it('keep what is needed, remove what has expired, and stay in bounds', async function () {
    this.timeout(0);
    process.stdout.write(`seed ${SEED}, on ${KIND}; repeat with DM_SEED=${SEED}\n`);
    const begun = performance.now();
    await using simulation = await Simulation.open(new Random(SEED), filesystem().path);
    for (let day = 1; day <= DAYS; day++) {
      const { kills, outages, datasets, mib } = await simulation.day(HOURS);
      const counts = Object.entries(datasets).map(([place, count]) => `${place} ${count}`);
      const sizes = Object.entries(mib).map(([place, size]) => `${place} ${size}`);
      const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
      process.stdout.write(
        `day ${day}: ${kills} kills, ${outages} outages; datasets ${counts.join(', ')}; ` +
          `MiB ${sizes.join(', ')}; ${seconds} s\n`,
      );
    }
  });
});

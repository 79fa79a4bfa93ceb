import fc from 'fast-check';
import { type FilesystemKind, mountFilesystem } from '../filesystems.js';
import { ModelWorld } from './model-world.js';
import { type Scenario, ScenarioArbitrary } from './scenario.js';

const FILESYSTEMS: readonly FilesystemKind[] = ['btrfs', 'xfs', 'ext4'];
const FILESYSTEM_MIB = 1_024;
/**
 * How long a failure is looked for in fewer steps, after a run that
 * takes no longer than this for each.
 */
const SHRINK_MS = 180_000;
const STEP_MS = 1_000;

export interface SeedReport {
  readonly filesystem: FilesystemKind;
  readonly steps: number;
  readonly kills: number;
  readonly ms: number;
}

/**
 * One seed: its steps on agents and a file system of their own. Throws
 * with the fewest steps found that fail.
 */
export async function runSeed(seed: number, count: number): Promise<SeedReport> {
  const filesystem = FILESYSTEMS[seed % FILESYSTEMS.length] ?? 'btrfs';
  const start = performance.now();
  let report: SeedReport | null = null;
  const property = fc.asyncProperty(new ScenarioArbitrary(count), async (scenario) => {
    const kills = await runScenario(scenario, filesystem);
    report = { filesystem, steps: scenario.begun, kills, ms: performance.now() - start };
  });
  await fc.assert(property, {
    seed,
    numRuns: 1,
    interruptAfterTimeLimit: SHRINK_MS + count * STEP_MS,
    markInterruptAsFailure: true,
  });
  if (report === null) throw new Error(`seed ${seed} has not run`);
  return report;
}

/** Returns the number of kills. */
async function runScenario(scenario: Scenario, kind: FilesystemKind): Promise<number> {
  const filesystem = mountFilesystem(kind, FILESYSTEM_MIB);
  try {
    await using world = await ModelWorld.open(filesystem);
    scenario.begun = 0;
    for (const step of scenario.steps) {
      scenario.begun++;
      await world.do(step);
    }
    await world.finish();
    return world.kills;
  } finally {
    filesystem.unmount();
  }
}

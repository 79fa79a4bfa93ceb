import { DIRECTIONS, EACH_STEP, FEW_STEPS, matrix } from '../support/e2e-matrix.js';
import { withFilesystem } from '../support/filesystems.js';

const PUSH = DIRECTIONS.filter(({ name }) => name === 'push');

describe('every direction, every kind of change (scripts/long-matrix.sh does each alone)', () => {
  describe('on the file system of TMPDIR', () => {
    const steps = ({ name }: { name: string }) => (name === 'push' ? EACH_STEP : FEW_STEPS);
    matrix(DIRECTIONS, steps, () => null);
  });

  describe('on xfs', () => {
    const filesystem = withFilesystem('xfs', 1_024);
    matrix(
      PUSH,
      () => EACH_STEP,
      () => filesystem().path,
    );
  });

  describe('on btrfs', () => {
    const filesystem = withFilesystem('btrfs', 1_024);
    matrix(
      PUSH,
      () => FEW_STEPS,
      () => filesystem().path,
    );
  });
});

import { DIRECTIONS, EACH_STEP, matrix } from '../support/e2e-matrix.js';
import { type FilesystemKind, withFilesystem } from '../support/filesystems.js';

describe('every direction, every kind of change', () => {
  describe('on the file system of TMPDIR', () =>
    matrix(
      DIRECTIONS,
      () => EACH_STEP,
      () => null,
    ));

  for (const kind of ['xfs', 'btrfs'] satisfies FilesystemKind[]) {
    describe(`on ${kind}`, () => {
      const filesystem = withFilesystem(kind, 1_024);
      matrix(
        DIRECTIONS,
        () => EACH_STEP,
        () => filesystem().path,
      );
    });
  }
});

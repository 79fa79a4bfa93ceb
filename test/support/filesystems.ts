import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type FilesystemKind = 'xfs' | 'btrfs' | 'ext4';

/** A real file system in a file, mounted for the tests that asked for it. */
export interface TestFilesystem {
  readonly kind: FilesystemKind;
  /** Where it is mounted. */
  readonly path: string;
  /** Unmounts it, which must not be busy, and mounts it again. */
  remount(): void;
  /** Forbids writing, also to who has it open, or allows it again. Nothing may be open for writing. */
  setReadOnly(readOnly: boolean): void;
  unmount(): void;
}

const MAKE: Readonly<Record<FilesystemKind, readonly string[]>> = {
  xfs: ['mkfs.xfs', '-q', '-m', 'reflink=1'],
  btrfs: ['mkfs.btrfs', '-q'],
  ext4: ['mkfs.ext4', '-q', '-F', '-I', '256', '-b', '4096'],
};
/** What the mkfs programs ask for at least. */
const SMALLEST_MIB: Readonly<Record<FilesystemKind, number>> = { xfs: 320, btrfs: 128, ext4: 16 };

const mounted = new Set<TestFilesystem>();
process.once('exit', () => {
  for (const filesystem of mounted) filesystem.unmount();
});

function isInstalled(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

/** Why a file system of this kind cannot be made here, or null when it can. */
function missingNeed(kind: FilesystemKind): string | null {
  if (process.getuid?.() !== 0) return 'root, to mount a file system';
  if (!existsSync('/dev/loop-control')) return 'loop devices';
  const program = MAKE[kind][0] ?? '';
  if (!isInstalled(program)) return `${program}, to make a file system`;
  return null;
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
  });
}

/**
 * Makes and mounts a file system in a sparse file, in memory where there is /dev/shm. Throws when a
 * need is missing. `options` are further ones of its mkfs. The caller unmounts; what is left mounted goes when the process ends.
 */
export function mountFilesystem(
  kind: FilesystemKind,
  sizeMiB: number,
  options: readonly string[] = [],
): TestFilesystem {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `dm-${kind}-`));
  const image = join(folder, 'image');
  const path = join(folder, 'mount');
  try {
    writeFileSync(image, '');
    truncateSync(image, Math.max(sizeMiB, SMALLEST_MIB[kind]) * 1024 * 1024);
    mkdirSync(path);
    const [program = '', ...args] = MAKE[kind];
    run(program, ...args, ...options, image);
    run('mount', '-o', 'loop', image, path);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const filesystem: TestFilesystem = {
    kind,
    path,
    remount() {
      run('umount', path);
      run('mount', '-o', 'loop', image, path);
    },
    setReadOnly(readOnly) {
      run('mount', '-o', `remount,${readOnly ? 'ro' : 'rw'}`, path);
    },
    unmount() {
      if (!mounted.delete(filesystem)) return;
      unmountPath(path);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  mounted.add(filesystem);
  return filesystem;
}

/** A busy file system is detached now and goes when its last file is closed. */
function unmountPath(path: string): void {
  try {
    run('umount', path);
  } catch {
    run('umount', '-l', path);
  }
}

/**
 * For a `describe` block: mounts before its tests and unmounts after them. Returns what tells the
 * file system, for use inside tests and hooks. Where a need is missing the tests are skipped and
 * the reason is printed; with CI=true that is a failure.
 */
export function withFilesystem(
  kind: FilesystemKind,
  sizeMiB: number,
  options: readonly string[] = [],
): () => TestFilesystem {
  let filesystem: TestFilesystem | null = null;
  before(`mount ${kind}`, function () {
    this.timeout(120_000);
    const missing = missingNeed(kind);
    if (missing !== null && process.env.CI !== 'true') {
      process.stderr.write(`skipped: tests on ${kind} need ${missing}\n`);
      this.skip();
    }
    if (missing !== null) throw new Error(`tests on ${kind} need ${missing}`);
    filesystem = mountFilesystem(kind, sizeMiB, options);
  });
  after(`unmount ${kind}`, () => {
    filesystem?.unmount();
    filesystem = null;
  });
  return () => {
    if (filesystem === null) throw new Error(`${kind} is mounted only while its tests run`);
    return filesystem;
  };
}

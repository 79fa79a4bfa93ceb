import { address, load } from 'koffi';
import { lastError } from './errno.js';

/** What a system call takes: numbers, 64-bit numbers, and memory that it reads or fills. */
type Argument = number | bigint | ArrayBufferView | null;
/** A 64-bit result is a number unless it is beyond 2^53. */
type LibcFunction = (...args: never[]) => number | bigint;

/** Parameter and result types, by the names koffi gives them; `pointer` is any memory. */
type CType = 'int' | 'uint32_t' | 'int64_t' | 'size_t' | 'pointer';

const libc = load(null);

/**
 * Binds one function of the C library that is already in the process. Types are given by name
 * and never registered, so that each worker thread can do this for itself.
 *
 * `open`, `ioctl`, `fcntl` and `syscall` are variadic in C; on the 64-bit Linux ABIs a call with a
 * fixed list of integer arguments is the same call, and is three times cheaper to make.
 */
export function bind<F extends LibcFunction>(
  name: string,
  result: 'int' | 'int64_t',
  parameters: readonly CType[],
): F {
  const types = parameters.map((type) => (type === 'pointer' ? 'void *' : type));
  const bound: (...args: Argument[]) => number = libc.func(name, result, types);
  return bound as unknown as F;
}

/** As `bind`, for calls that take long: made by a thread of Node's pool. Fails with SysError where the call gives -1. */
export function bindInBackground(
  name: string,
  result: 'int' | 'int64_t',
  parameters: readonly CType[],
): (...args: Argument[]) => Promise<number> {
  const types = parameters.map((type) => (type === 'pointer' ? 'void *' : type));
  const { async: call } = libc.func(name, result, types);
  return (...args) =>
    new Promise((resolve, reject) => {
      call(...args, (error: Error | null, value: number) => {
        // Asked for here: the next call of this thread overwrites it.
        if (value === -1) reject(lastError(name));
        else if (error === null) resolve(value);
        else reject(error);
      });
    });
}

/** Where memory lies, as long as somebody holds it. */
export function addressOf(bytes: Uint8Array): bigint {
  return address(bytes);
}

/** System call numbers of what the oldest C library we run on (glibc 2.28) has no function for. */
interface SyscallNumbers {
  readonly getdents64: number;
  readonly mknodat: number;
  readonly renameat2: number;
  readonly openat2: number;
}

const NUMBERS: Readonly<Partial<Record<NodeJS.Architecture, SyscallNumbers>>> = {
  x64: { getdents64: 217, mknodat: 259, renameat2: 316, openat2: 437 },
  arm64: { getdents64: 61, mknodat: 33, renameat2: 276, openat2: 437 },
};

function numbersOfThisMachine(): SyscallNumbers {
  const numbers = NUMBERS[process.arch];
  if (process.platform !== 'linux' || numbers === undefined) {
    throw new Error(
      `${process.platform}/${process.arch} is not supported; run on Linux x64 or arm64`,
    );
  }
  return numbers;
}

export const SYSCALL = numbersOfThisMachine();

/** The directory argument that stands for the working directory; paths with it must be absolute. */
export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_EMPTY_PATH = 0x1000;

import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { Operation } from './kill-point.js';
import { KILL_POINTS } from './kill-points.js';

/*
 * Loaded into an agent by `node --import`, into each of its threads: stands before the calls
 * that change the disk and the state database, and kills the process at the one that the test
 * has armed. The program itself knows nothing of it.
 */

/** Where the test arms a point: see KillTrigger. */
const file = process.env.DM_TEST_KILL_FILE ?? '';
const require = createRequire(import.meta.url);
const { openSync, readSync, writeSync, readlinkSync, readFileSync, fstatSync } = fs;
const control = openSync(file, 'r+');
const calls = openSync(`${file}.calls`, 'a+');
/** Number of the point from 1, or 0; which of its calls; number of the point that was hit. */
const WORDS = new Uint32Array(3);
const HIT_AT = 8;

interface Change {
  readonly path: string;
  /** Of a rename: what is renamed. */
  readonly from?: string;
}
type Call = (...args: never[]) => unknown;
type Describe = (args: readonly unknown[]) => readonly [Operation, Change] | null;

function strike(moment: 'before' | 'after', describe: Describe, args: readonly unknown[]): void {
  readSync(control, WORDS, 0, 8, 0);
  const [number = 0, when = 0] = WORDS;
  const point = KILL_POINTS[number - 1];
  if (point === undefined || point.moment !== moment) return;
  const [operation, change] = describe(args) ?? [null, null];
  if (operation !== point.operation || !point.path.test(change.path)) return;
  const held = moment === 'before' ? (change.from ?? change.path) : change.path;
  if (point.holds !== null && !point.holds.test(readFileSync(held, 'latin1'))) return;
  writeSync(calls, '.');
  if (fstatSync(calls).size < when) return;
  writeSync(control, new Uint32Array([number]), 0, 4, HIT_AT);
  process.kill(process.pid, 'SIGKILL');
  // The signal comes before this ends.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Puts `describe` around a synchronous call, or around one that gives a promise. */
function around<C extends Call>(call: C, describe: Describe): C {
  const wrapped = function (this: unknown, ...args: never[]): unknown {
    strike('before', describe, args);
    const result = Reflect.apply(call, this, args);
    if (!(result instanceof Promise)) {
      // A system call that failed changed nothing, and its errno is still to be read.
      if (result !== -1) strike('after', describe, args);
      return result;
    }
    return result.then((value) => {
      strike('after', describe, args);
      return value;
    });
  };
  return wrapped as unknown as C;
}

function fdPath(fd: unknown): string {
  return readlinkSync(`/proc/self/fd/${Number(fd)}`);
}

/** Without the descriptor that it begins with. */
function resolved(path: unknown): string {
  const text = Buffer.isBuffer(path) ? path.toString('latin1') : String(path);
  const match = /^\/proc\/self\/fd\/(\d+)(.*)$/s.exec(text);
  return match === null ? text : `${fdPath(match[1])}${match[2]}`;
}

function at(dirFd: unknown, name: unknown): string {
  const bytes = name as Buffer;
  const text = bytes.toString('latin1', 0, bytes.indexOf(0));
  return text.startsWith('/') ? resolved(text) : `${fdPath(dirFd)}/${text}`;
}

const onPath =
  (operation: Operation): Describe =>
  ([path]) => [operation, { path: resolved(path) }];
const onFd =
  (operation: Operation): Describe =>
  ([fd]) => [operation, { path: fdPath(fd) }];
const onEntry =
  (operation: Operation): Describe =>
  ([dirFd, name]) => [operation, { path: at(dirFd, name) }];
const fromTo =
  (operation: Operation): Describe =>
  ([from, to]) => [operation, { path: resolved(to), from: resolved(from) }];

const OF_NODE: Readonly<Record<string, Describe>> = {
  renameSync: fromTo('rename'),
  linkSync: fromTo('link'),
  unlinkSync: onPath('remove'),
  rmSync: onPath('remove'),
  mkdirSync: onPath('mkdir'),
  writeSync: onFd('write'),
  appendFileSync: onPath('write'),
  fsync: onFd('sync'),
  fsyncSync: onFd('sync'),
};
const OF_NODE_PROMISES: Readonly<Record<string, Describe>> = {
  rename: fromTo('rename'),
  link: fromTo('link'),
  unlink: onPath('remove'),
};

const RENAMEAT2 = process.arch === 'arm64' ? 276 : 316;
const IOCTLS: ReadonlyMap<unknown, Operation> = new Map([
  [0x40049409, 'clone'],
  [0x4020940d, 'clone'],
  [0x50009417, 'snapshot'],
  [0x5000940f, 'unsnapshot'],
]);
const OF_LIBC: Readonly<Record<string, Describe>> = {
  mkdirat: onEntry('mkdir'),
  unlinkat: onEntry('remove'),
  fchownat: onEntry('owner'),
  utimensat: onEntry('times'),
  futimens: onFd('times'),
  pwrite: onFd('write'),
  fallocate: onFd('punch'),
  fsync: onFd('sync'),
  fdatasync: onFd('sync'),
  syncfs: onFd('syncfs'),
  linkat: ([fromFd, from, toFd, to]) => ['link', { path: at(toFd, to), from: at(fromFd, from) }],
  copy_file_range: ([, , toFd]) => ['clone', { path: fdPath(toFd) }],
  ioctl: ([fd, request]) => {
    const operation = IOCTLS.get(request);
    return operation === undefined ? null : [operation, { path: fdPath(fd) }];
  },
  syscall: ([call, fromFd, from, toFd, to]) =>
    call === RENAMEAT2 ? ['rename', { path: at(toFd, to), from: at(fromFd, from) }] : null,
};

function wrapAll(owner: object, describes: Readonly<Record<string, Describe>>): void {
  const calls = owner as Record<string, Call>;
  for (const [name, describe] of Object.entries(describes)) {
    const call = calls[name];
    if (call === undefined) throw new Error(`there is no ${name}`);
    calls[name] = around(call, describe);
  }
}

wrapAll(fs, OF_NODE);
wrapAll(fs.promises, OF_NODE_PROMISES);
syncBuiltinESMExports();

type Callback = (error: Error | null, value: unknown) => void;
type CallInBackground = (...args: unknown[]) => void;
type LibraryCall = Call & { readonly async: CallInBackground };
type Library = { func(name: string, ...types: unknown[]): LibraryCall };
/** What koffi itself loads, before it does. */
const native = require(`@koromix/koffi-${process.platform}-${process.arch}`) as {
  load(path: string | null): Library;
};
const { load } = native;
native.load = (path) => {
  const library = load(path);
  return {
    func: (name, ...types) => {
      const call = library.func(name, ...types);
      const describe = OF_LIBC[name];
      if (describe === undefined) return call;
      return Object.assign(around(call, describe), { async: inBackground(call, describe) });
    },
  };
};

function inBackground(call: LibraryCall, describe: Describe): CallInBackground {
  return (...args) => {
    const done = args.pop() as Callback;
    strike('before', describe, args as never[]);
    call.async(...args, (error: Error | null, value: unknown) => {
      if (error === null && value !== -1) strike('after', describe, args as never[]);
      done(error, value);
    });
  };
}

type Batch = readonly { readonly type: string; readonly key: string }[];
const { Level } = require('level') as { Level: { prototype: { batch: Call } } };
Level.prototype.batch = around(Level.prototype.batch, ([changes]) => [
  'state',
  { path: (changes as Batch).map(({ type, key }) => `${type} ${key}`).join('\n') },
]);

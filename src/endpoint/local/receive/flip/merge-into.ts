import { printable, splitPath } from '../../../../model/entry-name.js';
import { type Gfid, ROOT_GFID } from '../../../../model/ids.js';
import type { Inode } from '../../../../model/inode.js';
import { equalBytes } from '../../../../util/bytes.js';
import { observeOpen } from '../../capture/observe-inode.js';
import { renameAt, unlinkAt } from '../../sys/create.js';
import { isErrno } from '../../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openAt } from '../../sys/open.js';
import { OwnerNames } from '../../sys/owner-names.js';
import { StatView, statFd } from '../../sys/stat.js';
import { applyMetadata } from '../file-metadata.js';
import { failureOf } from '../receive-failure.js';
import { looksSame } from '../same-inode.js';
import type { Existing } from '../session-record.js';
import type { FlipContext } from './flip-context.js';
import { joinLinks } from './join-links.js';

const STAGED = new StatView();
const LIVE = new StatView();
const NOTHING = Buffer.alloc(0);

/** One directory as it was staged and as it is there. */
interface Pair {
  readonly gfid: Gfid;
  readonly inode: Inode;
  readonly path: readonly Uint8Array[];
  readonly fromFd: number;
  readonly toFd: number;
}

/**
 * Puts a staged tree into a directory that holds files: what is not there is moved in at once, files that are there stay or
 * are replaced, one rename each, and nothing else is touched. What stands where the dataset has something of another
 * kind stays and is a failure, for a whole directory may be below it. May be done again.
 */
export class MergeInto {
  readonly #existing: Existing;
  readonly #subpaths: readonly (readonly Uint8Array[])[];
  readonly #context: FlipContext;
  readonly #owners = new OwnerNames();

  constructor(
    options: { existing: Existing; subpaths: readonly Uint8Array[] },
    context: FlipContext,
  ) {
    this.#existing = options.existing;
    this.#subpaths = options.subpaths.map((subpath) => splitPath(subpath));
    this.#context = context;
  }

  async run(fromFd: number, toFd: number): Promise<void> {
    const inode = await this.#context.modules.trees.next.inode(ROOT_GFID);
    if (this.#existing !== 'overwrite') await joinLinks({ fromFd, toFd }, this.#context);
    if (inode !== null) await this.#directory({ gfid: ROOT_GFID, inode, path: [], fromFd, toFd });
  }

  async #directory(pair: Pair): Promise<void> {
    const { next } = this.#context.modules.trees;
    for await (const entries of next.list(pair.gfid)) {
      for (const { name, gfid, type } of entries) {
        if (!STAGED.findAt(pair.fromFd, name)) continue;
        if (!LIVE.findAt(pair.toFd, name)) this.#move(gfid, pair, name, 'keep');
        else if (type === 'dir' && LIVE.type === 'dir') await this.#below(pair, gfid, name);
        else await this.#occupied(pair, gfid, name);
      }
    }
    if (this.#existing !== 'skip' && this.#isAskedFor(pair.path)) await this.#setMetadata(pair);
  }

  async #below(pair: Pair, gfid: Gfid, name: Uint8Array): Promise<void> {
    const inode = await this.#context.modules.trees.next.inode(gfid);
    if (inode === null) return;
    const fromFd = openAt(pair.fromFd, name, O_RDONLY | O_DIRECTORY);
    try {
      const toFd = openAt(pair.toFd, name, O_RDONLY | O_DIRECTORY);
      try {
        await this.#directory({ gfid, inode, path: [...pair.path, name], fromFd, toFd });
      } finally {
        close(toFd);
      }
    } finally {
      close(fromFd);
    }
  }

  async #occupied(pair: Pair, gfid: Gfid, name: Uint8Array): Promise<void> {
    const inode = await this.#context.modules.trees.next.inode(gfid);
    if (inode === null) return;
    const { type } = LIVE;
    if ((type === 'dir') !== (inode.type === 'dir')) {
      const message = `a ${type} is there in the place of the ${inode.type} ${printable(name)}; move it away and restore this path again`;
      this.#context.modules.onFailure({ gfid, code: 'target_not_empty', message });
      return;
    }
    const stays =
      this.#existing === 'skip' ||
      (this.#existing === 'changed' && looksSame(inode, LIVE, pair.toFd, name));
    if (stays) this.#drop(pair.fromFd, name);
    else this.#move(gfid, pair, name, 'replace');
  }

  #move(gfid: Gfid, { fromFd, toFd }: Pair, name: Uint8Array, mode: 'keep' | 'replace'): void {
    this.#context.modules.step('merge');
    try {
      renameAt(fromFd, name, toFd, name, mode);
    } catch (error) {
      if (!isErrno(error, 'EPERM', 'EACCES', 'EBUSY', 'EEXIST')) throw error;
      this.#context.modules.onFailure(failureOf(gfid, error, name));
    }
  }

  /** What stays as it is there needs no staged file. */
  #drop(dirFd: number, name: Uint8Array): void {
    this.#context.modules.step('merge');
    unlinkAt(dirFd, name);
  }

  /** Directories on the way to a subpath are left as they are. */
  #isAskedFor(path: readonly Uint8Array[]): boolean {
    if (this.#subpaths.length === 0) return true;
    return this.#subpaths.some((subpath) =>
      subpath.every((name, at) => equalBytes(name, path[at] ?? NOTHING)),
    );
  }

  async #setMetadata({ gfid, inode, toFd }: Pair): Promise<void> {
    const { privileged, metadata } = this.#context.options;
    if (!metadata) return;
    this.#context.modules.step('merge');
    const former = observeOpen(toFd, statFd(toFd), 0n, { owners: this.#owners, racySinceNs: null });
    const { atimeNs = null } = (await this.#context.modules.trees.next.sideTimes(gfid)) ?? {};
    const options = { privileged, metadata, former: former.inode, atimeNs };
    for (const failure of applyMetadata(toFd, inode, options)) {
      this.#context.modules.onFailure({ gfid, ...failure });
    }
  }
}

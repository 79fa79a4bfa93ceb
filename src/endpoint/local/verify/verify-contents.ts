import type { Catalog } from '../../../catalog/catalog.js';
import {
  CONTENT_LEAF_BYTES,
  contentOf,
  decodeContentKey,
  decodeContentValue,
  encodeContentKey,
  encodeContentValue,
} from '../../../catalog/maps/content.js';
import { decodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { decodeInode } from '../../../catalog/maps/inodes.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import { equalBytes } from '../../../util/bytes.js';
import { joinPath } from '../capture/directory-stack.js';
import type { MutationSpill } from '../capture/mutation-spill.js';
import type { VersionOpener } from '../layout/open-version.js';
import { SysError, sysToDm } from '../sys/errno.js';
import { close } from '../sys/open.js';
import { statFd } from '../sys/stat.js';
import { readLeaves } from './read-leaves.js';
import type { VerifyReport } from './verify-report.js';

export interface ContentVerifierOptions {
  readonly makesDigests: boolean;
  readonly signal: AbortSignal;
}

export interface ContentVerifierModules {
  readonly catalog: Catalog;
  readonly opener: VersionOpener;
  readonly report: VerifyReport;
  /** Takes the digests that are made, in key order. */
  readonly made: MutationSpill;
}

/** The known digest of a leaf; undefined when none was made, null for a hole. */
type KnownDigest = Uint8Array | null | undefined;

/** Reads the content of every regular file of a dataset, in the order of their gfids. */
export class ContentVerifier {
  readonly #options: ContentVerifierOptions;
  readonly #modules: ContentVerifierModules;
  digestsMade = 0;
  withoutDigests = 0;
  /**
   * Files that were written to while they were read: what was made of them may be of other bytes.
   */
  changed = 0;

  constructor(options: ContentVerifierOptions, modules: ContentVerifierModules) {
    this.#options = options;
    this.#modules = modules;
  }

  async run(): Promise<void> {
    const { catalog, report } = this.#modules;
    try {
      for await (const batch of catalog.inodes.range({}, this.#options.signal)) {
        for (const { key, value } of batch) {
          const inode = decodeInode(value);
          if (inode.type === 'file') await this.#file(decodeGfidKey(key), inode);
        }
      }
    } catch (error) {
      // A damaged page was told when the catalog was read; the files behind it cannot be found.
      if (!(error instanceof DmError) || error.code !== 'corrupt') throw error;
      await report.fault(Buffer.alloc(0), 'corrupt', `files are not checked: ${error.message}`);
    }
  }

  async #file(gfid: Gfid, inode: Inode): Promise<void> {
    const { report } = this.#modules;
    report.files++;
    const fault = await this.#check(gfid, inode);
    if (fault !== null) {
      const path = await this.#modules.catalog.pathOf(gfid);
      await report.fault(joinPath(path ?? [inode.name]), fault.code, fault.message);
    }
    await report.progress();
  }

  /** What is wrong with a file, or null. */
  async #check(gfid: Gfid, inode: Inode): Promise<DmError | null> {
    const { opener, catalog } = this.#modules;
    let fd: number;
    try {
      if (opener.isLost(gfid, inode)) {
        throw new DmError('corrupt', 'its content is no longer in the version store');
      }
      fd = await opener.open(gfid, inode);
    } catch (error) {
      if (!(error instanceof DmError)) throw error;
      // What the dataset is known to lack is not damage.
      return (await catalog.exception(gfid)) === null ? error : null;
    }
    try {
      const fault = await this.#compare(gfid, inode, fd);
      if (await opener.unchanged(gfid, inode, fd)) return fault;
      this.changed++;
      return new DmError('source_changing', 'the live file changed while it was read');
    } catch (error) {
      if (error instanceof SysError) return sysToDm(error, 'read', inode.name);
      throw error;
    } finally {
      close(fd);
    }
  }

  async #compare(gfid: Gfid, inode: Inode, fd: number): Promise<DmError | null> {
    const { report, made } = this.#modules;
    const { size } = statFd(fd);
    if (size !== inode.size) {
      return new DmError('corrupt', `it has ${size} bytes instead of ${inode.size}`);
    }
    const known = this.#knownDigests(gfid);
    let makes = 0;
    let lacks = 0;
    let next: { leaf: number; digest: Uint8Array | null } | null =
      (await known.next()).value ?? null;
    for await (const leaf of readLeaves(fd, size, this.#options.signal)) {
      report.bytes += BigInt(leaf.length);
      let expected: KnownDigest;
      if (next?.leaf === leaf.number) {
        expected = next.digest;
        next = (await known.next()).value ?? null;
      }
      if (expected === undefined) {
        lacks++;
        if (!this.#options.makesDigests) continue;
        made.add(
          encodeContentKey(gfid, leaf.number),
          encodeContentValue(leaf.asHole ? null : leaf.digest()),
        );
        makes++;
      } else if (expected === null ? !leaf.isZero() : !equalBytes(expected, leaf.digest())) {
        const at = leaf.number * CONTENT_LEAF_BYTES;
        return new DmError('corrupt', `the bytes from ${at} on are not those that were captured`);
      }
      if (leaf.number % 1024 === 1023) await report.progress();
    }
    if (makes > 0) this.digestsMade++;
    else if (lacks > 0) this.withoutDigests++;
    return null;
  }

  async *#knownDigests(
    gfid: Gfid,
  ): AsyncGenerator<{ leaf: number; digest: Uint8Array | null }, null> {
    for await (const batch of this.#modules.catalog.content.range({ prefix: contentOf(gfid) })) {
      for (const { key, value } of batch) {
        yield { leaf: decodeContentKey(key).leaf, digest: decodeContentValue(value) };
      }
    }
    return null;
  }
}

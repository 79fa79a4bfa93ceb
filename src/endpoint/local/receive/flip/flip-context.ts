import { diffMaps } from '../../../../catalog/diff-maps.js';
import type { MapReader } from '../../../../catalog/map-reader.js';
import type { MapChange } from '../../../../catalog/map-types.js';
import { type Binding, decodeBinding } from '../../../../catalog/maps/bindings.js';
import { encodeGfidKey } from '../../../../catalog/maps/gfid-key.js';
import { decodeInode, inodeType, inodeVersion } from '../../../../catalog/maps/inodes.js';
import type { PageReader } from '../../../../catalog/page-reader.js';
import type { Gfid } from '../../../../model/ids.js';
import type { Inode } from '../../../../model/inode.js';
import type { FileFailure } from '../../../receive/file-failure.js';
import { sameInode } from '../../layout/inode-binding.js';
import type { FileStat } from '../../sys/stat.js';
import { isAnother } from '../complete-stage.js';
import type { FlipTrees } from '../receive-places.js';
import type { Displaced } from './displaced.js';
import { heldTime } from './held-time.js';

const NS_PER_SECOND = 1_000_000_000n;

export interface FlipOptions {
  readonly privileged: boolean;
  /** See MetadataOptions. */
  readonly metadata: boolean;
  /** Files whose content is not what the next dataset says: they stay as they were. */
  readonly failed: { has(gfid: Gfid): boolean };
  /** Files that were received although their version is the same: what was there was not that version. */
  readonly cured: ReadonlySet<Gfid>;
}

export interface FlipModules {
  readonly trees: FlipTrees;
  readonly pages: PageReader;
  /** What the inodes of the live tree looked like at the current dataset. */
  readonly bindings: MapReader;
  readonly displaced: Displaced;
  /** An own directory of the target's file system. */
  readonly scratchFd: number;
  onFailure(failure: FileFailure): void;
  /** Something unknown was at a name of this file and has been moved aside. */
  onDisplaced(gfid: Gfid): void;
  /** Called before each single change of the disk, with what it will be; a test may stop there for good. */
  step(name: string): void;
}

type FlipMap = 'entries' | 'inodes' | 'links';

/** What the phases of a flip share. */
export class FlipContext {
  readonly options: FlipOptions;
  readonly modules: FlipModules;
  readonly signal: AbortSignal;

  constructor(options: FlipOptions, modules: FlipModules, signal: AbortSignal) {
    this.options = options;
    this.modules = modules;
    this.signal = signal;
  }

  get isFirst(): boolean {
    return this.modules.trees.current.roots.inodes === null;
  }

  /** How the next tree differs from the current one. */
  async *changes(map: FlipMap): AsyncGenerator<MapChange, void> {
    const { trees, pages } = this.modules;
    const before = { pages, root: trees.current.roots[map] };
    const after = { pages, root: trees.next.roots[map] };
    for await (const batch of diffMaps({ before, after, signal: this.signal })) yield* batch;
  }

  async binding(gfid: Gfid): Promise<Binding | null> {
    const value = await this.modules.bindings.get(encodeGfidKey(gfid));
    return value === null ? null : decodeBinding(value);
  }

  /** True when `stat` shows the inode that the current dataset has as `gfid`, with the bytes it had. */
  async isBound(gfid: Gfid, stat: FileStat): Promise<boolean> {
    const binding = await this.binding(gfid);
    if (binding === null || binding.ino !== stat.ino) return false;
    return stat.type !== 'file' || (binding.size === stat.size && binding.mtimeNs === stat.mtimeNs);
  }

  /**
   * True when `stat` shows a file as it was received: of this size, and of this time of modification as far as the file system
   * keeps it. Who writes to it gives it another time.
   */
  isAsReceived({ size, mtimeNs }: Pick<Inode, 'size' | 'mtimeNs'>, stat: FileStat): boolean {
    if (stat.size !== size) return false;
    if (stat.mtimeNs === mtimeNs || stat.mtimeNs === wholeSeconds(mtimeNs)) return true;
    const held = heldTime(this.modules.scratchFd, mtimeNs);
    return held === null || held === stat.mtimeNs;
  }

  /** True when `stat` shows the inode that the current dataset has as `gfid`, whatever was written to it since. */
  async isInode(gfid: Gfid, stat: FileStat): Promise<boolean> {
    const binding = await this.binding(gfid);
    return binding !== null && sameInode(binding, stat);
  }

  /** True when the next tree has another inode for the file than the current one: it was staged. */
  isFresh(gfid: Gfid, before: Uint8Array | null, after: Uint8Array): boolean {
    if (this.options.failed.has(gfid)) return false;
    if (before === null || this.options.cured.has(gfid)) return true;
    if (inodeType(after) === 'dir') return false;
    if (inodeType(after) === 'file') return inodeVersion(before) !== inodeVersion(after);
    return isAnother(decodeInode(before), decodeInode(after));
  }

  /** Reports what was found in the way and moved aside. */
  displace(gfid: Gfid, dirFd: number, name: Uint8Array): void {
    this.modules.step('displace');
    this.modules.displaced.take(dirFd, name);
    this.modules.onDisplaced(gfid);
  }
}

/** What file systems keep that know no fractions. */
function wholeSeconds(timeNs: bigint): bigint {
  const fraction = ((timeNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  return timeNs - fraction;
}

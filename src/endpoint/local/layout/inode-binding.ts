import { BINDING_AT, BINDING_BYTES, type Binding } from '../../../catalog/maps/bindings.js';
import type { FileStat, StatView } from '../sys/stat.js';

/**
 * What a place remembers of an inode. Only regular files have a size here. `racySinceNs`: a change
 * after this look would leave the ctime as it is when that is at or after this moment of the file
 * system's clock; then 0 is remembered, so that the next scan looks again. Null: no such doubt.
 */
export function bindingOf(
  stat: FileStat,
  generation: number,
  version: bigint,
  racySinceNs: bigint | null,
): Binding {
  const racy = racySinceNs !== null && stat.ctimeNs >= racySinceNs;
  return {
    ino: stat.ino,
    btimeNs: stat.btimeNs,
    generation,
    size: stat.type === 'file' ? stat.size : 0n,
    mtimeNs: stat.mtimeNs,
    ctimeNs: racy ? 0n : stat.ctimeNs,
    version,
  };
}

/** True when nothing has happened to the inode since it was bound. */
export function agrees(
  binding: Binding,
  stat: Pick<FileStat, 'ino' | 'type' | 'size' | 'mtimeNs' | 'ctimeNs' | 'btimeNs'>,
): boolean {
  return (
    binding.ctimeNs === stat.ctimeNs &&
    binding.ino === stat.ino &&
    binding.mtimeNs === stat.mtimeNs &&
    binding.btimeNs === stat.btimeNs &&
    (stat.type !== 'file' || binding.size === stat.size)
  );
}

/**
 * `agrees` for a binding as it is encoded, without making numbers of it. It may say false of what
 * agrees, when times are beyond 32 bits of seconds, never true of what does not.
 */
export function agreesEncoded(binding: Uint8Array, view: StatView): boolean {
  return (
    binding.length === BINDING_BYTES &&
    view.hasBirthTime &&
    view.equalsTime('ctime', binding, BINDING_AT.ctimeNs) &&
    view.equalsU64('ino', binding, BINDING_AT.ino) &&
    view.equalsTime('mtime', binding, BINDING_AT.mtimeNs) &&
    view.equalsTime('btime', binding, BINDING_AT.btimeNs) &&
    (!view.isFile || view.equalsU64('size', binding, BINDING_AT.size))
  );
}

/**
 * True when it is the same inode, whatever happened to it: numbers are
 * used again, birth times tell.
 */
export function sameInode(binding: Binding, stat: FileStat): boolean {
  return binding.ino === stat.ino && binding.btimeNs === stat.btimeNs;
}

import type { BrowseEntry, EntryStat } from '../control-messages.js';
import { bytesFields } from '../format/bytes-fields.js';
import { columns } from '../format/columns.js';
import { type Components, joinPath } from './session.js';

/** The fields of `entryRow` for CSV. */
export const ENTRY_COLUMNS = columns(
  {},
  'path',
  'path_base64',
  'type',
  'mode',
  'nlink',
  'uid',
  'user_name',
  'gid',
  'group_name',
  'size',
  'rdev_major',
  'rdev_minor',
  'mtime_ns',
  'symlink_target',
  'symlink_target_base64',
  'gfid',
  'content_version',
);

/** An entry for programs, with its path below the base path. */
export function entryRow(components: Components, entry: BrowseEntry): object {
  return {
    ...bytesFields('path', joinPath(components)),
    type: entry.type,
    mode: entry.mode,
    nlink: entry.nlink,
    uid: entry.uid,
    user_name: entry.user_name,
    gid: entry.gid,
    group_name: entry.group_name,
    size: entry.size,
    rdev_major: entry.rdev_major,
    rdev_minor: entry.rdev_minor,
    mtime_ns: entry.mtime_ns,
    ...bytesFields('symlink_target', entry.symlink_target),
    gfid: entry.gfid,
    content_version: entry.content_version,
  };
}

/** All that the dataset knows of an entry, for programs. */
export function statMessage(components: Components, stat: EntryStat, entry: BrowseEntry): object {
  return {
    ...entryRow(components, entry),
    atime_ns: stat.atime_ns,
    ctime_ns: stat.ctime_ns,
    btime_ns: stat.btime_ns,
    flags: stat.flags,
    xattrs: stat.xattrs.map(({ name, value }) => ({
      ...bytesFields('name', name),
      value_base64: value.toString('base64'),
    })),
    parents: stat.parents.map(({ gfid, name }) => ({ gfid, ...bytesFields('name', name) })),
    exception_code: stat.exception_code,
    exception_message: stat.exception_message,
  };
}

import { escapePath } from '../../util/escape.js';
import type { BrowseEntry } from '../control-messages.js';
import { humanBytes, nanosecondTime } from '../format/humanise.js';
import { escapeText, padText } from '../format/text.js';

const NAME_WIDTH = 30;
const TYPE_LETTERS: Readonly<Record<string, string>> = {
  file: '-',
  dir: 'd',
  symlink: 'l',
  fifo: 'p',
  socket: 's',
  char: 'c',
  block: 'b',
};

/** A line of `ls`. */
export function shortLine(entry: BrowseEntry): string {
  return `${padText(escapePath(entry.name), NAME_WIDTH)} [${escapeText(entry.type)}]`;
}

/** A line of `ls -l`. */
export function longLine(entry: BrowseEntry): string {
  const link = entry.type === 'symlink' ? ` -> ${escapePath(entry.symlink_target)}` : '';
  return [
    modeText(entry.type, entry.mode),
    String(entry.nlink).padStart(3),
    padText(owner(entry.user_name, entry.uid), 8),
    padText(owner(entry.group_name, entry.gid), 8),
    sizeText(entry).padStart(11),
    nanosecondTime(entry.mtime_ns).slice(0, 19),
    `${shortLine(entry)}${link}`,
  ].join(' ');
}

/** A device has no size but its number, `major:minor`. */
function sizeText({ type, size, rdev_major, rdev_minor }: BrowseEntry): string {
  const isDevice = type === 'char' || type === 'block';
  return isDevice ? `${rdev_major}:${rdev_minor}` : humanBytes(size);
}

/** `drwxr-sr-t` */
export function modeText(type: string, mode: number): string {
  const bits = (shift: number, special: number, letter: string) => {
    const part = (mode >> shift) & 7;
    const run = (part & 1) !== 0;
    const last = mode & special ? (run ? letter : letter.toUpperCase()) : run ? 'x' : '-';
    return `${part & 4 ? 'r' : '-'}${part & 2 ? 'w' : '-'}${last}`;
  };
  const letter = TYPE_LETTERS[type] ?? '?';
  return `${letter}${bits(6, 0o4000, 's')}${bits(3, 0o2000, 's')}${bits(0, 0o1000, 't')}`;
}

function owner(name: string, id: number): string {
  return name === '' ? String(id) : escapeText(name);
}

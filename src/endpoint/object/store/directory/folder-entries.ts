import { opendir } from 'node:fs/promises';
import { DmError } from '../../../../model/error.js';
import { compareKeys } from '../object-key.js';
import { componentOf, longNameFile } from './file-name.js';
import type { Folder } from './folder.js';

export interface FolderEntry {
  readonly name: string;
  readonly directory: boolean;
  /** The component it stands for, behind a directory a slash: entries compare as the keys below them do. */
  readonly sortKey: string;
}

/** Entries kept in memory at once, whatever the size of the folder. */
const WINDOW = 50_000;
const MAX_COMPONENT_BYTES = 4_096;

/** Objects and folders whose sort key is above `after`, in order of their sort keys. Reads the folder once per 50,000. */
export async function* folderEntries(
  folder: Folder,
  after: string | null,
  window: number = WINDOW,
): AsyncIterable<FolderEntry> {
  let last = after;
  for (;;) {
    const entries = await smallest(folder, last, window);
    yield* entries;
    const final = entries.at(-1);
    if (final === undefined || entries.length < window) return;
    last = final.sortKey;
  }
}

async function smallest(
  folder: Folder,
  after: string | null,
  window: number,
): Promise<FolderEntry[]> {
  let kept: FolderEntry[] = [];
  const keepSmallest = () => {
    kept = kept.sort((a, b) => compareKeys(a.sortKey, b.sortKey)).slice(0, window);
  };
  for await (const { name, directory } of namesOf(folder)) {
    const known = componentOf(name);
    if (known === null) continue;
    const component = known === 'long' ? await longComponent(folder, name) : known;
    const sortKey = directory ? `${component}/` : component;
    if (after !== null && compareKeys(sortKey, after) <= 0) continue;
    kept.push({ name, directory, sortKey });
    if (kept.length >= 2 * window) keepSmallest();
  }
  keepSmallest();
  return kept;
}

/** Files and directories; whatever else lies there is no object. */
async function* namesOf(
  folder: Folder,
): AsyncIterable<{ readonly name: string; readonly directory: boolean }> {
  for await (const entry of await opendir(folder.path)) {
    if (entry.isFile()) yield { name: entry.name, directory: false };
    else if (entry.isDirectory()) yield { name: entry.name, directory: true };
  }
}

async function longComponent(folder: Folder, name: string): Promise<string> {
  const file = await folder.openToRead(longNameFile(name));
  try {
    const { size } = await file.stat();
    if (size > MAX_COMPONENT_BYTES) {
      throw new DmError('corrupt', `${longNameFile(name)} holds no name; remove what is not ours`);
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

import { escapePath, isUtf8 } from '../util/escape.js';
import type { BrowseEntry, TreeEntry } from './control-messages.js';

/** A tree as nested JSON objects, written as it arrives: memory grows with its depth only. */
export async function* treeJson(
  rootName: string,
  entries: AsyncIterable<TreeEntry>,
): AsyncGenerator<string, void> {
  /** For each open directory whether something stands in it already. */
  const filled: boolean[] = [];
  for await (const { entry, depth } of entries) {
    if (entry === null) continue;
    while (filled.length > depth) {
      filled.pop();
      yield CLOSE;
    }
    const comma = filled.at(-1) === true ? ',' : '';
    if (filled.length > 0) filled[filled.length - 1] = true;
    const lead = depth === 0 ? '' : `${comma}\n${' '.repeat(depth)}`;
    const named = depth === 0 ? `"name": ${JSON.stringify(rootName)}` : nameFields(entry.name);
    const head = `${lead}{"gfid": ${JSON.stringify(entry.gfid)}, ${named}`;
    if (entry.type === 'dir') {
      filled.push(false);
      yield `${head}, "subdir": [`;
    } else {
      yield `${head}${sizeField(entry)}, "type": ${JSON.stringify(entry.type)}}`;
    }
  }
  for (let left = filled.length; left > 0; left--) yield CLOSE;
  yield '\n';
}

const CLOSE = '], "type": "directory"}';

function nameFields(name: Buffer): string {
  const plain = `"name": ${JSON.stringify(escapePath(name))}`;
  return isUtf8(name) ? plain : `${plain}, "name_base64": "${name.toString('base64')}"`;
}

function sizeField({ type, size }: BrowseEntry): string {
  return type === 'file' ? `, "size": "${size} ${size === 1 ? 'byte' : 'bytes'}"` : '';
}

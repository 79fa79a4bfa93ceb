import type { BadEntry, VerifyProgress, VerifyResult } from '../endpoint/dataset-maker.js';
import { isFirstName } from '../endpoint/receive/entry-names.js';
import type { DatasetReader, DatasetRef, DirectoryEntry, Source } from '../endpoint/source.js';
import { asDmError, DmError } from '../model/error.js';
import { type Gfid, ROOT_GFID } from '../model/ids.js';
import { escapePath } from '../util/escape.js';

const REPORT_EVERY_BYTES = 64 * 1024 * 1024;

/**
 * Verifies a dataset of any place by reading every byte of it to here: the reader
 * checks what it delivers against the dataset's digests, so a file that reads whole is
 * good. Costs the dataset's size on the wire.
 */
export async function verifyFromHere(
  source: Source,
  ref: DatasetRef,
  onProgress: (progress: VerifyProgress) => void,
  signal: AbortSignal,
): Promise<VerifyResult> {
  await using reader = await source.open(ref, signal);
  if (reader.info.contentDigestState === 'none') {
    throw new DmError(
      'dataset_incomplete',
      `dataset ${reader.info.number} has no content digests yet; verify it at its own place once, which makes them`,
    );
  }
  let files = 0;
  let bytes = 0;
  let bad = 0;
  let found: BadEntry[] = [];
  let reported = 0;
  const report = () => {
    onProgress({
      filesDone: files,
      filesTotal: reader.info.entries,
      bytesDone: bytes,
      bytesTotal: Number(reader.info.bytes),
      bad: found,
    });
    found = [];
    reported = bytes;
  };
  for await (const { dir, path, entry } of walk(reader, signal)) {
    if (entry.inode.type !== 'file') continue;
    // The bytes of a hard link are read, and counted, at the first of its names.
    if (entry.inode.nlink > 1 && !isFirstName(entry.inode, dir, entry.name)) continue;
    files++;
    try {
      for await (const chunk of reader.read(entry.gfid, 0n, entry.inode.size, signal)) {
        bytes += chunk.length;
        if (bytes - reported >= REPORT_EVERY_BYTES) report();
      }
    } catch (error) {
      const problem = asDmError(error, 'reading');
      if (problem.transient || problem.code === 'cancelled') throw problem;
      bad++;
      found.push({ path, code: problem.code, message: withoutPath(problem.message, path) });
      report();
    }
  }
  report();
  return { files, bytes, bad, digestsMade: 0 };
}

/** A reader's message may name the path first, which stands beside it here. */
function withoutPath(message: string, path: Uint8Array): string {
  const named = `${escapePath(path)}: `;
  return message.startsWith(named) ? message.slice(named.length) : message;
}

/** Every entry below the root, depth first; holds one page of names for each level. */
async function* walk(
  reader: DatasetReader,
  signal: AbortSignal,
  dir: Gfid = ROOT_GFID,
  prefix: Uint8Array = new Uint8Array(0),
): AsyncIterable<{ dir: Gfid; path: Buffer; entry: DirectoryEntry }> {
  for await (const page of reader.list(dir, null, signal)) {
    for (const entry of page) {
      const path = Buffer.concat(
        prefix.length === 0 ? [entry.name] : [prefix, Buffer.from('/'), entry.name],
      );
      yield { dir, path, entry };
      if (entry.inode.type === 'dir') yield* walk(reader, signal, entry.gfid, path);
    }
  }
}

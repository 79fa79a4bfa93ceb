import type { Catalog } from '../../../catalog/catalog.js';
import { DmError } from '../../../model/error.js';
import type { DigestHex } from '../../../model/ids.js';
import type { VerifyReport } from './verify-report.js';

const MAPS = ['entries', 'inodes', 'links', 'content', 'side', 'exceptions'] as const;
const WHOLE = Buffer.alloc(0);

/** Reads every page of every map, each against its digest, and compares the root digest. */
export async function verifyCatalog(
  catalog: Catalog,
  expected: DigestHex,
  report: VerifyReport,
  signal: AbortSignal,
): Promise<void> {
  if (catalog.rootDigest !== expected) {
    const message = `the maps have the root digest ${catalog.rootDigest}, the record says ${expected}`;
    await report.fault(WHOLE, 'corrupt', message);
  }
  for (const name of MAPS) {
    try {
      let entries = 0;
      for await (const batch of catalog[name].range({}, signal)) entries += batch.length;
      if (entries === catalog[name].count) continue;
      const message = `map ${name} has ${entries} entries instead of ${catalog[name].count}`;
      await report.fault(WHOLE, 'corrupt', message);
    } catch (error) {
      if (!(error instanceof DmError)) throw error;
      await report.fault(WHOLE, error.code, `map ${name}: ${error.message}`);
    }
  }
}

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetMaker } from '../endpoint/dataset-maker.js';
import type { ObjectSource } from '../endpoint/object/object-source.js';
import { verifyStructure } from '../endpoint/object/verify/verify-structure.js';
import { verifyFromHere } from '../engine/verify-from-here.js';
import { asDmError } from '../model/error.js';
import type { ObjectStore } from '../repository/object-store.js';

export interface VerifyBackupModules {
  readonly source: ObjectSource;
  readonly store: ObjectStore;
  /** Directory for temporary files. */
  readonly workPath: string;
}

/**
 * How backups are verified: all pages first, then, unless it is to be
 * quick, every byte of every file.
 */
export function backupVerifiers(
  modules: VerifyBackupModules,
): Required<Pick<DatasetMaker, 'verify' | 'verifyQuick'>> {
  const { source, store, workPath } = modules;
  const structure =
    (files: boolean): DatasetMaker['verify'] =>
    async (ref, onProgress, signal) => {
      const { stored, repository } = await source.locateTrusted(ref, signal);
      await mkdir(workPath, { recursive: true, mode: 0o700 });
      const scratch = await mkdtemp(join(workPath, 'verify-'));
      try {
        const checked = { repository, store, scratch };
        return await verifyStructure(stored, { files }, checked, onProgress, signal);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    };
  return {
    verifyQuick: structure(true),
    verify: async (ref, onProgress, signal) => {
      const { bad } = await structure(false)(ref, onProgress, signal);
      try {
        const result = await verifyFromHere(source, ref, onProgress, signal);
        return { ...result, bad: result.bad + bad };
      } catch (error) {
        // Files below a damaged page cannot be named; the page has been told.
        if (asDmError(error, 'verifying').code !== 'corrupt' || bad === 0) throw error;
        return { files: 0, bytes: 0, bad, digestsMade: 0 };
      }
    },
  };
}

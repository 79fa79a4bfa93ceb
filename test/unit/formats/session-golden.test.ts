import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { serialiseDatasetRecord } from '../../../src/endpoint/local/layout/dataset-record.js';
import { TreeDirectory } from '../../../src/endpoint/local/layout/tree-directory.js';
import {
  loadSession,
  SESSION_PHASES,
  type SessionRecord,
  saveSession,
} from '../../../src/endpoint/local/receive/session-record.js';
import { DmError } from '../../../src/model/error.js';
import { TempDirectory } from '../../support/temp-directory.js';
import { DATASET, TREE } from './format-values.js';

/*
 * A receive that a restart or a new release of the agent goes on with. When a test here fails,
 * receives under way cannot be resumed: raise the format, or undo the change.
 */

const SESSION: SessionRecord = {
  session: '8899aabbccddeeff',
  epoch: 2,
  bootId: '5f0c3a52-0000-4000-8000-000000000001',
  draft: DATASET,
  base: 'b'.repeat(32),
  createDataset: true,
  job: '7@1700000000000',
  into: false,
  existing: null,
  metadata: true,
  maxDelete: null,
  privileged: false,
  phase: 'content',
  lanes: 2,
  durable: [0, 4_294_967_296],
};

const PINNED = {
  format: 1,
  session: '8899aabbccddeeff',
  epoch: 2,
  bootId: '5f0c3a52-0000-4000-8000-000000000001',
  base: 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  createDataset: true,
  job: '7@1700000000000',
  into: false,
  existing: null,
  metadata: true,
  maxDelete: null,
  privileged: false,
  phase: 'content',
  lanes: 2,
  durable: [0, 4_294_967_296],
  draft: serialiseDatasetRecord(DATASET),
};

const PHASES = 'structure content preserve detach place settle publish record committed';

function sessionDirectory(temporary: TempDirectory): { tree: TreeDirectory; file: string } {
  const tree = new TreeDirectory(temporary.path, TREE.localTree);
  const path = `${tree.stagingPath}/${SESSION.session}`;
  mkdirSync(path, { recursive: true });
  return { tree, file: `${path}/session.json` };
}

describe('format of the session record', () => {
  it('is written as pinned, and read back', () => {
    using temporary = new TempDirectory();
    const { tree, file } = sessionDirectory(temporary);
    saveSession(tree, SESSION);
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.deep.equal(PINNED);
    expect(loadSession(tree, SESSION.session)).to.deep.equal(SESSION);
  });

  it('keeps the phases and their order', () => {
    expect(SESSION_PHASES.join(' ')).to.equal(PHASES);
  });

  it('is refused without any of its fields, and in another format', () => {
    using temporary = new TempDirectory();
    const { tree, file } = sessionDirectory(temporary);
    const codeOf = (fields: object): string => {
      writeFileSync(file, JSON.stringify(fields));
      try {
        loadSession(tree, SESSION.session);
      } catch (error) {
        if (error instanceof DmError) return error.code;
        throw error;
      }
      return 'accepted';
    };
    expect(codeOf(PINNED)).to.equal('accepted');
    expect(codeOf({ ...PINNED, format: 2 })).to.equal('state_version');
    expect(codeOf({ ...PINNED, durable: [0, -1] })).to.equal('corrupt');
    expect(codeOf({ ...PINNED, draft: '{}' })).to.equal('corrupt');
    // Sessions of earlier releases have none.
    expect(codeOf({ ...PINNED, job: undefined })).to.equal('accepted');
    for (const field of Object.keys(PINNED).filter((name) => name !== 'job')) {
      expect(codeOf({ ...PINNED, [field]: undefined }), field).to.equal('corrupt');
    }
  });
});

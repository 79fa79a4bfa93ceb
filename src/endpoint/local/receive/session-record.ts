import { readFileSync } from 'node:fs';
import { JsonFields } from '../../../model/json-fields.js';
import { writeDurably } from '../../../util/durable-file.js';
import {
  type DatasetRecord,
  parseDatasetRecord,
  serialiseDatasetRecord,
} from '../layout/dataset-record.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { SESSION_FILE } from './staging-area.js';

const FORMAT = 1;

/**
 * How far a session is. From `preserve` on the live tree is being changed: the phases are done one after the
 * other, each can be done again from its start, and the session can only go forward.
 */
export const SESSION_PHASES = [
  'structure',
  'content',
  'preserve',
  'detach',
  'place',
  'settle',
  'publish',
  'record',
  'committed',
] as const;
export type SessionPhase = (typeof SESSION_PHASES)[number];

export const EXISTING = ['skip', 'changed', 'overwrite'] as const;
export type Existing = (typeof EXISTING)[number];

/** A receive session as it survives a crash. */
export interface SessionRecord {
  readonly session: string;
  /** Counted up by every `begin`; for people who look at the file. */
  readonly epoch: number;
  readonly bootId: string;
  /**
   * The dataset to be; its `base` is the only parent that matters here. Maps are empty until the structure is
   * known; without a dataset to keep, it is thrown away in the end.
   */
  readonly draft: DatasetRecord;
  /** Dataset that the changes start from, or null. */
  readonly base: string | null;
  readonly createDataset: boolean;
  /** As its owner names it; '' when it has no name. */
  readonly job: string;
  /** Subpaths go into a directory that holds other things. */
  readonly into: boolean;
  /** What becomes of files that are there already; null: there are none. */
  readonly existing: Existing | null;
  /** False leaves owners, modes, times and attributes out. */
  readonly metadata: boolean;
  readonly maxDelete: number | null;
  /** May set setuid and setgid, make devices, set trusted.* and security.* attributes. */
  readonly privileged: boolean;
  readonly phase: SessionPhase;
  readonly lanes: number;
  /** Bytes of each lane's log that are durable, with everything they tell of. */
  readonly durable: readonly number[];
}

export function loadSession(directory: TreeDirectory, session: string): SessionRecord | null {
  const path = `${directory.stagingPath}/${session}/${SESSION_FILE}`;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return parseSession(text, `session record ${path}`);
}

/** Atomic and durable. */
export function saveSession(directory: TreeDirectory, record: SessionRecord): void {
  const { draft, ...rest } = record;
  const text = JSON.stringify({ format: FORMAT, ...rest, draft: serialiseDatasetRecord(draft) });
  writeDurably(`${directory.stagingPath}/${record.session}`, SESSION_FILE, text);
}

function parseSession(text: string, what: string): SessionRecord {
  const fields = JsonFields.parse(what, text, FORMAT);
  const durable = fields.list('durable').map((value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw fields.wrong('durable holds what is not a length');
    }
    return value;
  });
  return {
    session: fields.text('session'),
    epoch: fields.integer('epoch'),
    bootId: fields.text('bootId'),
    draft: parseDatasetRecord(fields.text('draft'), what),
    base: fields.nullable('base', (name) => fields.text(name)),
    createDataset: fields.boolean('createDataset'),
    // Sessions of earlier releases have none.
    job: fields.raw('job') === undefined ? '' : fields.text('job'),
    into: fields.boolean('into'),
    existing: fields.nullable('existing', (name) => fields.oneOf(name, EXISTING)),
    metadata: fields.boolean('metadata'),
    maxDelete: fields.nullable('maxDelete', (name) => fields.integer(name)),
    privileged: fields.boolean('privileged'),
    phase: fields.oneOf('phase', SESSION_PHASES),
    lanes: fields.integer('lanes', 1),
    durable,
  };
}

/** True once the live tree may have been touched. */
export function flipHasBegun(phase: SessionPhase): boolean {
  return SESSION_PHASES.indexOf(phase) >= SESSION_PHASES.indexOf('preserve');
}

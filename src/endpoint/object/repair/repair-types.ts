import type { ObjectStore } from '../../../repository/object-store.js';
import type { Source } from '../../source.js';
import type { SigningModules } from '../prune/replace-record.js';
import type { Repository } from '../repository.js';

export const REPAIR_STEPS = ['pages', 'reading', 'fetching', 'writing', 'index'] as const;
export type RepairStep = (typeof REPAIR_STEPS)[number];

export interface RepairProgress {
  readonly step: RepairStep;
  /** Segments. */
  readonly done: number;
}

export interface RepairSummary {
  /** Segments that datasets use and that could not be read. */
  segmentsBad: number;
  segmentsRepaired: number;
  /** Numbers of datasets that stay damaged although what they lack was found: see refuseUntrusted. */
  readonly untrusted: number[];
  /** Segments were looked for, and `from` has none of the datasets. */
  noneThere: boolean;
  /** Packs that were put again as they are in a copy of the same repository, or in this agent's copies of its pages. */
  packsCopied: number;
  /** Of datasets, put anew. */
  numbersRepaired: number;
  /** Segments in the index that was made. */
  indexed: boolean;
}

export interface RepairModules extends SigningModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
  /** Directory of copies of page packs that this agent keeps, by id; it need not be there. */
  readonly localPages: string;
  /** For files; it is there, and empty. */
  readonly scratch: string;
}

/** Where what is damaged may be found. */
export interface RepairFrom {
  /** The same datasets. */
  readonly source: Source;
  /** A copy of the very same repository; null when there is none. */
  readonly mirror: { readonly repository: Repository; readonly store: ObjectStore } | null;
}

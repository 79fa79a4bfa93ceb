import { Catalog } from '../../../../catalog/catalog.js';
import { MapReader } from '../../../../catalog/map-reader.js';
import type { Gfid } from '../../../../model/ids.js';
import type { FileFailure } from '../../../receive/file-failure.js';
import { DirectoryFinder } from '../../layout/directory-finder.js';
import { comingPlaces, formerPlaces } from '../receive-places.js';
import { SESSION_PHASES, type SessionPhase } from '../session-record.js';
import { FilePlacer } from '../staged-name.js';
import type { Workspace } from '../workspace.js';
import { detach } from './detach.js';
import { Displaced } from './displaced.js';
import { FlipContext } from './flip-context.js';
import { MergeInto } from './merge-into.js';
import { Placing } from './place.js';
import { preserve } from './preserve.js';
import { publish, publishInto } from './publish.js';
import { settle } from './settle.js';

export interface FlipModulesOf {
  readonly workspace: Workspace;
  step(name: string): void;
  onFailure(failure: FileFailure): void;
  onDisplaced(gfid: Gfid): void;
}

export interface FlipPhase {
  readonly progress: { readonly done: number; readonly total: number };
  /** May be run again from its start until the phase after it has begun. */
  run(): Promise<void>;
  readonly then: SessionPhase;
}

const PHASES = ['preserve', 'detach', 'place', 'settle', 'publish'] as const;

/** The phases that turn the live tree into the next one, in order. */
export class Flip {
  readonly #options: { cured: ReadonlySet<Gfid>; failed: ReadonlyMap<Gfid, FileFailure> };
  readonly #modules: FlipModulesOf;
  readonly #signal: AbortSignal;

  constructor(
    options: { cured: ReadonlySet<Gfid>; failed: ReadonlyMap<Gfid, FileFailure> },
    modules: FlipModulesOf,
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#modules = modules;
    this.#signal = signal;
  }

  /** The phase to run when the session is in `phase`, or null when the tree is done. */
  next(phase: SessionPhase): FlipPhase | null {
    const name = PHASES.find((one) => one === phase);
    if (name === undefined) return null;
    const then = SESSION_PHASES[SESSION_PHASES.indexOf(name) + 1] ?? 'committed';
    return {
      progress: { done: PHASES.indexOf(name), total: PHASES.length },
      run: () => this.#run(name),
      then,
    };
  }

  async #run(phase: (typeof PHASES)[number]): Promise<void> {
    const { workspace, step } = this.#modules;
    const { trees, record, place } = workspace;
    using displaced = new Displaced({
      directory: workspace.directory,
      privateFd: place.privateFd,
      session: record.session,
    });
    const context = this.#context(displaced);
    using former = new DirectoryFinder(formerPlaces(trees));
    using coming = new DirectoryFinder(comingPlaces(trees));
    switch (phase) {
      case 'preserve': {
        const { versions } = workspace.directory;
        await preserve(context, { former, versions, kept: this.#kept() });
        return;
      }
      case 'detach':
        await detach(context, former);
        return;
      case 'place':
        await new Placing(context, { coming, placer: new FilePlacer(trees, coming) }).run();
        return;
      case 'settle':
        await settle(context, coming);
        return;
      case 'publish': {
        const { existing, draft, into } = record;
        const { subpaths } = draft;
        const places = {
          rootFd: place.rootFd,
          livePath: place.livePath,
          stageFd: workspace.staging.stageFd,
        };
        if (existing === null) publish({ ...places, into: into ? subpaths : null }, step);
        else await publishInto(places, new MergeInto({ existing, subpaths }, context), step);
      }
    }
  }

  #context(displaced: Displaced): FlipContext {
    const { workspace, step, onFailure, onDisplaced } = this.#modules;
    return flipContext(
      this.#options,
      { workspace, step, onFailure, onDisplaced, displaced },
      this.#signal,
    );
  }

  /** Datasets whose contents must stay; the newest first, for most files are those of the newest. */
  #kept(): Catalog[] {
    const { workspace } = this.#modules;
    const records = workspace.directory.listDatasets().reverse();
    const kept = records.filter(({ provider }) => provider !== 'snapshot' && provider !== 'none');
    return kept.map(({ maps }) => new Catalog(maps, workspace));
  }
}

export function flipContext(
  options: { cured: ReadonlySet<Gfid>; failed: ReadonlyMap<Gfid, FileFailure> },
  modules: FlipModulesOf & { displaced: Displaced },
  signal: AbortSignal,
): FlipContext {
  const { workspace, displaced, step, onFailure, onDisplaced } = modules;
  const { trees, pages, place, record } = workspace;
  const bindings = new MapReader(pages, place.tree.bindings);
  return new FlipContext(
    { privileged: record.privileged, metadata: record.metadata, ...options },
    {
      ...{ trees, pages, bindings, displaced, scratchFd: workspace.staging.fd },
      ...{ step, onFailure, onDisplaced },
    },
    signal,
  );
}
